import { isAtLeast, type Role } from "@/lib/rights";

/** The rights that keys can have, with the smallest role that holds each. A test compares with docs/reference/rights.md. */
export const SCOPES: [scope: string, least: Role][] = [
  ["workspace:read", "viewer"],
  ["workspace:write", "admin"],
  ["workspace:close", "owner"],
  ["members:write", "admin"],
  ["connections:read", "viewer"],
  ["connections:browse", "editor"],
  ["connections:write", "editor"],
  ["pipelines:read", "viewer"],
  ["pipelines:write", "editor"],
  ["pipelines:preview", "operator"],
  ["runs:read", "viewer"],
  ["runs:write", "operator"],
  ["quarantine:read", "operator"],
  ["schedules:read", "viewer"],
  ["schedules:pause", "operator"],
  ["schedules:write", "editor"],
  ["uploads:read", "operator"],
  ["uploads:write", "operator"],
  ["notifications:read", "viewer"],
  ["notifications:write", "admin"],
  ["audit:read", "admin"],
  ["keys:write", "viewer"],
];

/** What somebody with this role can give a key. */
export function scopesOf(role: string): string[] {
  return SCOPES.filter(([, least]) => isAtLeast(role, least)).map(([scope]) => scope);
}

/** Scopes by what they are about. */
export function grouped(scopes: string[]): [area: string, scopes: string[]][] {
  const areas = new Map<string, string[]>();
  for (const scope of scopes) {
    const area = scope.split(":")[0] ?? scope;
    areas.set(area, [...(areas.get(area) ?? []), scope]);
  }
  return [...areas];
}

export const PRESETS = ["look", "operate", "deploy"] as const;
/** What programs usually do with a key. */
export function preset(name: (typeof PRESETS)[number], role: string): string[] {
  const all = scopesOf(role);
  if (name === "look") return all.filter((scope) => scope.endsWith(":read") && !scope.startsWith("audit"));
  if (name === "operate") return all.filter((scope) => ["runs:read", "runs:write", "pipelines:read", "uploads:write", "uploads:read"].includes(scope));
  return all.filter((scope) => /^(connections|pipelines|schedules):/.test(scope));
}
