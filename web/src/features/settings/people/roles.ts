import { isAtLeast, type Role } from "@/lib/rights";

export const ROLES: Role[] = ["viewer", "operator", "editor", "admin", "owner"];

/** The roles that somebody may give, change or take away: those up to the own one. */
export function givable(own: string): Role[] {
  return isAtLeast(own, "admin") ? ROLES.filter((role) => isAtLeast(own, role)) : [];
}
