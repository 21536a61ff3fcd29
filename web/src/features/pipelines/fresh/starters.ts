import { stringify } from "yaml";
import { fresh } from "../model/yaml";
import copy from "./starters/copy.yaml?raw";
import csv from "./starters/csv.yaml?raw";
import join from "./starters/join.yaml?raw";
import logs from "./starters/logs.yaml?raw";
import sql from "./starters/sql.yaml?raw";

// Good beginnings. Names in capitals are what one chooses: connections, and the name of the pipeline.

export type Slot = "FROM" | "TO" | "FILES";
export interface Starter {
  key: "csv" | "copy" | "logs" | "join" | "sql";
  text: string;
  slots: Slot[];
}

export const STARTERS: Starter[] = [
  { key: "csv", text: csv, slots: ["TO"] },
  { key: "copy", text: copy, slots: ["FROM", "TO"] },
  { key: "logs", text: logs, slots: ["FILES", "TO"] },
  { key: "join", text: join, slots: ["FROM", "TO"] },
  { key: "sql", text: sql, slots: ["FROM", "TO"] },
];

export interface Chosen {
  name: string;
  connector: string;
}

const scalar = (text: string) => fresh("x", text).slice(3);

/** The document of a beginning, with what was chosen. Connections that are not there yet keep a name that asks for one. */
export function documentOf(starter: Starter, name: string, chosen: Partial<Record<Slot, Chosen>>): string {
  return starter.text
    .replace(/\b(FROM|TO|FILES)_KIND\b/g, (_, slot: Slot) => chosen[slot]?.connector ?? "sqlite")
    .replace(/connection: (FROM|TO|FILES)\b/g, (_, slot: Slot) => `connection: ${scalar(chosen[slot]?.name ?? { FROM: "source", TO: "target", FILES: "files" }[slot])}`)
    .replace(/^name: NAME$/m, () => `name: ${scalar(name)}`);
}

export const emptyDocument = (name: string) => `towpath: 1\nname: ${scalar(name)}\n\nnodes: {}\n`;

/** A document that begins with one source: a table, a query or a file that somebody has just looked at. */
export function ofSource(name: string, connector: string, connection: string | undefined, settings: Record<string, unknown>): string {
  const rows = { source: connector, ...(connection !== undefined && { connection }), ...settings };
  return stringify({ towpath: 1, name, nodes: { rows } }, { lineWidth: 0 });
}
