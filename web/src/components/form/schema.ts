// The part of JSON Schema that settings are written in (docs/reference: every connector and transform keeps to it), and what a
// form makes of it. Pure.

export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  examples?: unknown[];
  const?: unknown;
  enum?: unknown[];
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  "x-secret"?: boolean;
  "x-advanced"?: boolean;
  "x-sql"?: boolean;
}

export interface Choice {
  value: unknown;
  label: string;
  description?: string;
}

/** What tells a way to write a setting from the others. */
export type AlternativeName = { of: "title" | "setting" | "type"; text: string } | { of: "values"; choices: Choice[] };

export interface Alternative {
  name: AlternativeName;
  schema: Schema;
}

/** What a form shows for a schema. */
export type Shape =
  | { kind: "text"; secret: boolean; long: boolean }
  | { kind: "sql" }
  | { kind: "number"; whole: boolean }
  | { kind: "boolean" }
  | { kind: "choice"; choices: Choice[] }
  /** `alone`: one word may also stand without its list. */
  | { kind: "words"; items: Schema; alone: boolean }
  | { kind: "list"; items: Schema }
  | { kind: "fields"; schema: Schema }
  | { kind: "map"; values: Schema }
  | { kind: "alternatives"; alternatives: Alternative[] }
  | { kind: "free" };

/** The schema with its reference followed; what stands beside the reference wins. */
export function follow(schema: Schema, root: Schema): Schema {
  if (schema.$ref) {
    const target = root.$defs?.[schema.$ref.split("/").at(-1) ?? ""] ?? {};
    const { $ref: _, ...beside } = schema;
    return follow({ ...target, ...beside }, root);
  }
  if (schema.allOf?.length === 1) {
    const { allOf, ...beside } = schema;
    return follow({ ...(allOf[0] as Schema), ...beside }, root);
  }
  return schema;
}

function isNull(schema: Schema): boolean {
  return schema.type === "null" || schema.const === null;
}

/** The schema without "or nothing": settings that may be left out. */
export function withoutNull(given: Schema, root: Schema): Schema {
  const schema = follow(given, root);
  const options = schema.anyOf ?? schema.oneOf;
  if (options?.some(isNull)) {
    const rest = options.filter((option) => !isNull(option));
    const { anyOf: _a, oneOf: _o, ...beside } = schema;
    if (rest.length === 1) return withoutNull({ ...follow(rest[0] as Schema, root), ...beside }, root);
    return { ...beside, anyOf: rest };
  }
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((type) => type !== "null");
    return { ...schema, type: types.length === 1 ? types[0] : types };
  }
  return schema;
}

/** What the form shows. */
export function shapeOf(given: Schema, root: Schema): Shape {
  const schema = withoutNull(given, root);
  if (schema["x-sql"]) return { kind: "sql" };
  if (schema.enum) return { kind: "choice", choices: schema.enum.map((value) => ({ value, label: String(value) })) };
  const options = (schema.oneOf ?? schema.anyOf)?.map((option) => withoutNull(option, root));
  if (options) return oneOrMany(options, root) ?? ofOptions(options);
  const { type } = schema;
  if (type === "boolean") return { kind: "boolean" };
  if (type === "integer" || type === "number") return { kind: "number", whole: type === "integer" };
  if (type === "string") return { kind: "text", secret: schema["x-secret"] === true, long: false };
  if (type === "array") return ofItems(schema.items ?? {}, root);
  if (schema.properties && Object.keys(schema.properties).length > 0) return { kind: "fields", schema };
  if (type === "object" && typeof schema.additionalProperties === "object") return { kind: "map", values: schema.additionalProperties };
  return { kind: "free" };
}

function ofItems(items: Schema, root: Schema): Shape {
  const shape = shapeOf(items, root);
  return shape.kind === "text" && !shape.secret ? { kind: "words", items, alone: false } : { kind: "list", items };
}

/** A word, or a list of such words: one field for both. */
function oneOrMany(options: Schema[], root: Schema): Shape | undefined {
  const [one, many] = options.length === 2 ? options.map((option) => shapeOf(option, root)) : [];
  return one?.kind === "text" && !one.secret && many?.kind === "words" ? { ...many, alone: true } : undefined;
}

function ofOptions(options: Schema[]): Shape {
  const constants = options.flatMap((option) => (option.const !== undefined ? [{ value: option.const, label: String(option.const), description: option.description }] : option.enum ? option.enum.map((value) => ({ value, label: String(value), description: option.description })) : []));
  if (options.every((option) => option.const !== undefined || option.enum)) return { kind: "choice", choices: constants };
  const rest = options.filter((option) => option.const === undefined && !option.enum);
  const alternatives: Alternative[] = rest.map((schema) => ({ name: nameOf(schema), schema }));
  if (constants.length > 0) {
    alternatives.unshift({ name: { of: "values", choices: constants }, schema: { enum: constants.map((one) => one.value), description: constants[0]?.description } });
  }
  return alternatives.length === 1 && rest[0] ? shapeOf(rest[0], rest[0]) : { kind: "alternatives", alternatives };
}

function nameOf(schema: Schema): AlternativeName {
  if (schema.title) return { of: "title", text: schema.title };
  const [only] = Object.keys(schema.properties ?? {});
  if (only && Object.keys(schema.properties ?? {}).length === 1) return { of: "setting", text: only };
  return { of: "type", text: typeof schema.type === "string" ? schema.type : "object" };
}

const ABBREVIATIONS = /\b(csv|html|id|ip|json|sql|tls|url|xml|yaml)\b/gi;

/** `null_values` → "Null values", `tls` → "TLS". */
export function human(name: string): string {
  const words = name.replace(/([a-z])([A-Z])/g, "$1 $2").replaceAll("_", " ").toLowerCase();
  return (words.charAt(0).toUpperCase() + words.slice(1)).replace(ABBREVIATIONS, (word) => word.toUpperCase());
}

/** Which alternative a value is of. */
export function alternativeOf(value: unknown, alternatives: Alternative[], root: Schema): number {
  const fits = (schema: Schema): boolean => {
    const s = withoutNull(schema, root);
    if (s.enum) return s.enum.includes(value);
    if (s.const !== undefined) return s.const === value;
    if (typeof value === "string") return s.type === "string" || (Array.isArray(s.type) && s.type.includes("string"));
    if (typeof value === "number") return s.type === "number" || s.type === "integer";
    if (typeof value === "boolean") return s.type === "boolean";
    if (Array.isArray(value)) return s.type === "array";
    if (value && typeof value === "object") {
      const keys = Object.keys(value);
      if (s.properties) return keys.every((key) => s.properties?.[key]) && (s.required ?? []).every((key) => keys.includes(key));
      return s.type === "object";
    }
    return false;
  };
  return alternatives.findIndex((one) => fits(one.schema));
}

/** A first value for something that is added. */
export function blank(schema: Schema, root: Schema): unknown {
  const s = withoutNull(schema, root);
  if (s.default !== undefined && s.default !== null) return s.default;
  const shape = shapeOf(s, root);
  switch (shape.kind) {
    case "fields":
      return Object.fromEntries(
        (shape.schema.required ?? []).flatMap((key) => {
          const property = shape.schema.properties?.[key];
          return property ? [[key, blank(property, root)]] : [];
        }),
      );
    case "map":
      return {};
    case "list":
    case "words":
      return [];
    case "choice":
      return shape.choices[0]?.value;
    case "boolean":
      return false;
    case "alternatives":
      return shape.alternatives[0] ? blank(shape.alternatives[0].schema, root) : null;
    case "number":
      return s.minimum ?? 0;
    default:
      return "";
  }
}
