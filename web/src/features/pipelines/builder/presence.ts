import { useCallback, useEffect, useMemo, useState } from "react";
import { live, type LiveEvent, type Roster } from "@/api/live";
import { useLive, useLiveState } from "@/lib/useLive";

/** Somebody else who is at this pipeline, perhaps the same person in another window. */
export interface Person {
  client: string;
  user_id: string;
  name: string;
  node: string | null;
}

/** Who was not heard of for so long is gone; the server says it anew twice in that time. */
const FORGOTTEN = 75_000;
/** A node that is only passed on the way to another one is not told. */
const PAUSE = 350;

interface Heard extends Person {
  at: number;
}

/** Says where this person is, and who else is at the pipeline. Nobody, while the connection is lost. */
export function usePresence(workspace: string, pipeline: string | undefined, node: string | undefined): Person[] {
  const [heard, setHeard] = useState<Heard[]>([]);
  const [you, setYou] = useState<string>();
  const isOpen = useLiveState() === "open";

  const event = useCallback((told: LiveEvent) => {
    if (told.kind !== "presence.here" && told.kind !== "presence.left") return;
    const person = told.body as unknown as Person;
    setHeard((all) => [...all.filter((one) => one.client !== person.client), ...(told.kind === "presence.here" ? [{ ...person, at: Date.now() }] : [])]);
  }, []);
  const missed = useCallback(() => undefined, []);
  useLive(pipeline ? { workspace, pipeline } : undefined, event, missed);

  useEffect(() => {
    if (!pipeline) return undefined;
    const take = (roster: Roster) => {
      if (roster.pipeline !== pipeline) return;
      setYou(roster.you);
      setHeard(roster.people.map((person) => ({ ...person, at: Date.now() })));
    };
    const stop = live.onRoster(take);
    const timer = setInterval(() => setHeard((all) => (all.some((one) => Date.now() - one.at > FORGOTTEN) ? all.filter((one) => Date.now() - one.at <= FORGOTTEN) : all)), 15_000);
    return () => {
      stop();
      clearInterval(timer);
      live.present(undefined);
      setHeard([]);
    };
  }, [pipeline]);
  useEffect(() => {
    if (!pipeline) return undefined;
    const timer = setTimeout(() => live.present({ workspace, pipeline, node }), PAUSE);
    return () => clearTimeout(timer);
  }, [workspace, pipeline, node]);

  return useMemo(() => (isOpen ? heard.filter((one) => one.client !== you).sort((a, b) => a.name.localeCompare(b.name) || a.client.localeCompare(b.client)) : []), [heard, you, isOpen]);
}

/** Colours on which white letters can be read. */
const COLOURS = ["#7b1fa2", "#00695c", "#b3261e", "#1d5fa8", "#8a5000", "#5d4037", "#ad1457", "#455a64"];

/** The colour of a person: the same in every window. */
export function colourOf(id: string): string {
  let sum = 0;
  for (const sign of id) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 1_000_003;
  return COLOURS[sum % COLOURS.length] ?? "#455a64";
}

/** `Ann Lee` → `AL`; a name of one word gives one letter. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letter = (word: string | undefined) => (word ? ([...word][0] ?? "").toUpperCase() : "");
  return letter(words[0]) + (words.length > 1 ? letter(words.at(-1)) : "") || "?";
}
