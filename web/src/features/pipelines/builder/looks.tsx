import type { Role } from "../model/graph";
import type { Kind } from "../model/kinds";

/** What a kind that is not known looks like: a box. */
const BOX = "M12 3l8 4.5v9L12 21l-8-4.5v-9z M4 7.5l8 4.5l8-4.5 M12 12v9";

/** Sources, transforms and destinations have a colour each; the drawing says what a node does. */
export const COLOURS: Record<Role, string> = { source: "info.main", transform: "primary.main", destination: "secondary.main" };

/** The drawing of a kind of node, as the server gives it. */
export function KindIcon({ kind, size = 16 }: { kind: Kind | undefined; size?: number }) {
  return <svg viewBox="0 0 24 24" width={size} height={size} fill="none" stroke="currentColor" strokeWidth={1.8} strokeLinecap="round" strokeLinejoin="round" aria-hidden focusable={false}><path d={kind?.icon || BOX} /></svg>;
}
