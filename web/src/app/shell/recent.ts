import type { Api } from "@/api/client";

// What was chosen from the search last, in this browser.

type Hit = Api<"Hit">;
const MOST = 8;
const keyOf = (workspace: string) => `towpath-recent/${workspace}`;

/** What a browser keeps may be of an older version, or of nobody. */
export function recentHits(workspace: string): Hit[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(keyOf(workspace)) ?? "[]");
    return Array.isArray(found) ? found.filter(isHit).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

function isHit(value: unknown): value is Hit {
  return typeof value === "object" && value !== null && (["kind", "id", "name", "detail"] as const).every((name) => typeof (value as Hit)[name] === "string");
}

export function rememberHit(workspace: string, hit: Hit): void {
  const others = recentHits(workspace).filter((one) => one.kind !== hit.kind || one.id !== hit.id);
  try {
    localStorage.setItem(keyOf(workspace), JSON.stringify([hit, ...others].slice(0, MOST)));
  } catch {
    // A browser that keeps nothing finds it again by its name.
  }
}
