import { stringify } from "yaml";
import { fresh } from "../model/yaml";
import sample from "./sample.yaml?raw";

// Good beginnings. Names in capitals are what one chooses: connections, and the name of the pipeline.

const texts = import.meta.glob<string>("./starters/*.yaml", { eager: true, query: "?raw", import: "default" });

/** Beginnings by what one wants to do, in the order in which they are shown. */
export const GOALS = {
  load: ["csv", "spreadsheet", "nested"],
  keep: ["copy", "mirror"],
  clean: ["clean", "people", "mask"],
  combine: ["join", "sql", "compare"],
  report: ["daily", "months"],
  history: ["history", "snapshot"],
  machines: ["logs", "stops"],
} as const;

export type Goal = keyof typeof GOALS;
export type Slot = "FROM" | "TO" | "FILES";
const SLOTS: Slot[] = ["FROM", "FILES", "TO"];

export interface Starter {
  key: (typeof GOALS)[Goal][number];
  goal: Goal;
  text: string;
  /** The connections that it needs. */
  slots: Slot[];
}

export const STARTERS: Starter[] = (Object.keys(GOALS) as Goal[]).flatMap((goal) =>
  GOALS[goal].map((key) => {
    const text = texts[`./starters/${key}.yaml`] ?? "";
    return { key, goal, text, slots: SLOTS.filter((slot) => text.includes(`connection: ${slot}\n`) || text.includes(`connection: ${slot},`)) };
  }),
);

export interface Chosen {
  name: string;
  connector: string;
}

const scalar = (text: string) => fresh("x", text).slice(3);

/** The document of a beginning, with what was chosen, described in the language of the reader if that is given. Connections that are not there yet keep a name that asks for one. */
export function documentOf(starter: Starter, name: string, chosen: Partial<Record<Slot, Chosen>>, description?: string): string {
  return starter.text
    .replace(/\b(FROM|TO|FILES)_KIND\b/g, (_, slot: Slot) => chosen[slot]?.connector ?? "sqlite")
    .replace(/connection: (FROM|TO|FILES)\b/g, (_, slot: Slot) => `connection: ${scalar(chosen[slot]?.name ?? { FROM: "source", TO: "target", FILES: "files" }[slot])}`)
    .replace(/^name: NAME$/m, () => `name: ${scalar(name)}`)
    .replace(/^description: .*$/m, (written) => (description === undefined ? written : `description: ${scalar(description)}`));
}

export const emptyDocument = (name: string) => `towpath: 1\nname: ${scalar(name)}\n\nnodes: {}\n`;

/** A document that begins with one source: a table, a query or a file that somebody has just looked at. */
export function ofSource(name: string, connector: string, connection: string | undefined, settings: Record<string, unknown>): string {
  const rows = { source: connector, ...(connection !== undefined && { connection }), ...settings };
  return stringify({ towpath: 1, name, nodes: { rows } }, { lineWidth: 0 });
}

/** The pipeline of the sample data: a file of sales, read into two tables. `say` gives its sentences in the language of the page. */
export function sampleDocument(name: string, path: string, connection: string, say: (key: string) => string): string {
  return sample
    .replace(/\b(NAME|DESCRIPTION|PATH)\b/g, (word) => scalar({ NAME: name, PATH: path }[word] ?? say("sample.description")))
    .replace(/\bCONNECTION\b/g, () => scalar(connection))
    .replace(/# (ONCE|CHECKED)\b/g, (_, word: string) => `# ${say(`sample.${word.toLowerCase()}`)}`);
}
