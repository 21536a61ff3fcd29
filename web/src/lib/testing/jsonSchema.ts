// As much of JSON Schema as the schemas in docs/reference are written in, for tests of documents.

export interface JsonSchema {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  oneOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  allOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
}

const typeOf = (value: unknown): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);

/** What is wrong with a value, with its place; of several ways to write it, what is wrong with the nearest. */
export function problemsOf(value: unknown, schema: JsonSchema, root: JsonSchema, at = ""): string[] {
  if (schema.$ref) return problemsOf(value, root.$defs?.[schema.$ref.split("/").at(-1) ?? ""] ?? {}, root, at);
  const found: string[] = [];
  const kind = typeOf(value);
  const types = [schema.type ?? []].flat();
  if (types.length > 0 && !types.some((type) => type === kind || (type === "integer" && Number.isInteger(value)))) return [`${at}: ${kind} is not ${types.join(" or ")}`];
  if ("const" in schema && value !== schema.const) return [`${at}: not ${JSON.stringify(schema.const)}`];
  if (schema.enum && !schema.enum.includes(value)) found.push(`${at}: none of ${JSON.stringify(schema.enum)}`);
  if (typeof value === "number" && (value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity))) found.push(`${at}: out of bounds`);
  if (typeof value === "string" && schema.pattern !== undefined && !new RegExp(schema.pattern, "u").test(value)) found.push(`${at}: not like ${schema.pattern}`);
  if (Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0) || value.length > (schema.maxItems ?? Infinity)) found.push(`${at}: ${value.length} items`);
    value.forEach((item, index) => found.push(...problemsOf(item, schema.items ?? {}, root, `${at}/${index}`)));
  }
  if (kind === "object") {
    const given = value as Record<string, unknown>;
    for (const name of schema.required ?? []) if (!(name in given)) found.push(`${at}: ${name} is missing`);
    for (const [name, one] of Object.entries(given)) {
      const own = schema.properties?.[name] ?? schema.additionalProperties;
      if (own === false) found.push(`${at}: unknown key ${name}`);
      else if (typeof own === "object") found.push(...problemsOf(one, own, root, `${at}/${name}`));
    }
  }
  for (const part of schema.allOf ?? []) found.push(...problemsOf(value, part, root, at));
  const ways = schema.oneOf ?? schema.anyOf;
  if (ways) found.push(...nearest(ways.map((way) => problemsOf(value, way, root, at))));
  return found;
}

/** The way with the deepest and fewest problems: who writes `source: file` wants to hear of its settings. */
function nearest(ways: string[][]): string[] {
  if (ways.some((problems) => problems.length === 0)) return [];
  const isOther = (problems: string[]) => problems.filter((text) => text.includes(": not ")).length;
  return ways.sort((a, b) => isOther(a) - isOther(b) || a.length - b.length)[0] ?? [];
}
