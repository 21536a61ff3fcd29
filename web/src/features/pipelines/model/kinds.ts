import { follow, type Schema } from "@/components/form/schema";
import type { Role } from "./graph";

// What nodes there are, from the JSON Schema of documents: it says everything of every kind, its ports too. Pure.

export type Inputs = { kind: "none" } | { kind: "one" } | { kind: "named"; names: string[] } | { kind: "many" };

export interface Kind {
  role: Role;
  name: string;
  title: string;
  summary: string;
  /** The path of its drawing. */
  icon: string;
  group: Group;
  /** Its settings, as an object with `$defs`. */
  schema: Schema;
  inputs: Inputs;
}

export type Kinds = Map<string, Kind>;

export const GROUPS = ["source", "clean", "shape", "combine", "compute", "check", "destination"] as const;
export type Group = (typeof GROUPS)[number];

// Groups of menus that are not those of the interface; what is not named here stands under `shape`.
const OF: Record<string, Group> = {
  fill_missing: "clean", filter: "clean", deduplicate: "clean", map_values: "clean", clean_text: "clean", cast: "clean", remove_nulls: "clean", mask: "clean",
  join: "combine", lookup: "combine", sql: "combine", union: "combine",
  sessions: "compute", date_parts: "compute", derive: "compute", cover: "compute", window: "compute", intervals: "compute",
  validate: "check", check: "check",
};

export const kindKey = (role: string, name: string) => `${role}:${name}`;

/** Settings that pages show in their own way. */
export const OWN_KEYS = ["source", "transform", "destination", "from", "connection", "description"];

/** What the list of node types says of a kind beside its schema. */
export interface Look {
  name: string;
  icon?: string;
}

export function kindsOf(document: Schema, looks: Look[] = []): Kinds {
  const icons = new Map(looks.map((look) => [look.name, look.icon ?? ""]));
  const kinds: Kinds = new Map();
  for (const given of document.$defs?.Node?.oneOf ?? []) {
    const schema = follow(given, document);
    const role = (["source", "transform", "destination"] as const).find((one) => schema.properties?.[one]?.const !== undefined);
    const mark = role && schema.properties?.[role];
    if (!role || !mark || typeof mark.const !== "string") continue;
    const properties = Object.fromEntries(Object.entries(schema.properties ?? {}).filter(([key]) => key !== role && key !== "from" && key !== "description"));
    kinds.set(kindKey(role, mark.const), {
      role,
      name: mark.const,
      title: mark.title ?? mark.const,
      summary: mark.description ?? "",
      icon: icons.get(mark.const) ?? "",
      group: role === "transform" ? (OF[mark.const] ?? "shape") : role,
      inputs: role === "source" ? { kind: "none" } : portsOf(schema.properties?.from),
      schema: { type: "object", description: schema.description, properties, required: (schema.required ?? []).filter((key) => key in properties), $defs: document.$defs },
    });
  }
  return kinds;
}

function portsOf(from: Schema | undefined): Inputs {
  const named = from?.anyOf?.find((one) => one.properties);
  if (named) return { kind: "named", names: Object.keys(named.properties ?? {}) };
  return from?.anyOf ? { kind: "many" } : { kind: "one" };
}

export function inputsOf(kinds: Kinds, role: Role, kind: string): Inputs {
  return kinds.get(kindKey(role, kind))?.inputs ?? (role === "source" ? { kind: "none" } : { kind: "one" });
}
