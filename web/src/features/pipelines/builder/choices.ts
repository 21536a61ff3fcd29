import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Group, GROUPS, type Kind } from "../model/kinds";
import { nodeTypesQuery } from "@/lib/connectors";
import { plain } from "@/lib/plain";
import { type Builder, useBuilderPart } from "./context";

/** Something that can be put on the canvas: a kind of node, perhaps with a connection. */
export interface Choice {
  id: string;
  kind: Kind;
  connection?: string;
  title: string;
  detail: string;
  group: Group;
}

const part = ({ kinds, connections }: Builder) => ({ kinds, connections });

/** What can be added: kinds of nodes, and sources and destinations for every connection of the workspace first. */
export function useChoices(search: string): Choice[] {
  const { kinds, connections } = useBuilderPart(part);
  const { data: types } = useQuery(nodeTypesQuery);
  const all = useMemo(() => {
    const choices: Choice[] = [];
    const writes = new Map((types ?? []).map((type) => [type.name, ((type.capabilities as { write_modes?: unknown[] } | null | undefined)?.write_modes ?? [1]).length > 0]));
    for (const kind of kinds.values()) {
      if (kind.role === "destination" && writes.get(kind.name) === false) continue;
      if (kind.role !== "transform") for (const one of connections) if (one.connector === kind.name) choices.push({ id: `${kind.role}:${one.name}`, kind, connection: one.name, title: one.name, detail: kind.title, group: kind.group });
    }
    for (const kind of kinds.values()) {
      if (kind.role === "destination" && writes.get(kind.name) === false) continue;
      choices.push({ id: `${kind.role}:${kind.name}:`, kind, title: kind.title, detail: kind.summary, group: kind.group });
    }
    return choices.sort((a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group));
  }, [kinds, connections, types]);
  return useMemo(() => sought(all, search), [all, search]);
}

/** Those that the words are about: first those whose name begins with them, then those that are called so. */
export function sought(all: Choice[], search: string): Choice[] {
  const words = plain(search).split(/\s+/).filter(Boolean);
  if (words.length === 0) return all;
  const score = (choice: Choice) => {
    const title = plain(`${choice.title} ${choice.kind.name}`);
    const whole = `${title} ${plain(`${choice.detail} ${choice.kind.role}`)}`;
    if (!words.every((word) => whole.includes(word))) return 0;
    return words.every((word) => title.includes(word)) ? (title.startsWith(words[0] ?? "") ? 3 : 2) : 1;
  };
  return all.map((choice) => ({ choice, points: score(choice) })).filter(({ points }) => points > 0).sort((a, b) => b.points - a.points).map(({ choice }) => choice);
}
