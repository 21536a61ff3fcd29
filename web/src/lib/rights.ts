// What each role may do, as `towpath_model::Role` orders them. The server decides; pages only hide what would be refused.
const ORDER = ["viewer", "operator", "editor", "admin", "owner"] as const;
export type Role = (typeof ORDER)[number];

/** Whether a role has at least the rights of another one. */
export function isAtLeast(role: string, least: Role): boolean {
  return ORDER.indexOf(role as Role) >= ORDER.indexOf(least);
}
