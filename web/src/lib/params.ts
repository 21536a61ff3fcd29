import { parse } from "yaml";

export interface Param {
  name: string;
  /** `string`, `integer`, `number`, `boolean`, `date` or `timestamp`. */
  type: string;
  description?: string;
  default?: unknown;
}

/** Parameters that a document declares: values that a run may set. */
export function paramsOf(document: string | undefined): Param[] {
  try {
    return paramsIn((parse(document ?? "", { logLevel: "silent" }) as { params?: unknown } | null)?.params);
  } catch {
    return [];
  }
}

/** The same of a document that was read: from its `params`. */
export function paramsIn(declared: unknown): Param[] {
  if (typeof declared !== "object" || declared === null || Array.isArray(declared)) return [];
  return Object.entries(declared).map(([name, given]) => {
    const { type, description, default: standard } = (typeof given === "object" && given !== null ? given : {}) as Record<string, unknown>;
    return { name, type: typeof type === "string" ? type : "string", description: typeof description === "string" ? description : undefined, default: standard ?? undefined };
  });
}
