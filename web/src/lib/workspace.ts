import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type Membership, sessionQuery } from "@/api/session";
import { isAtLeast, type Role } from "./rights";

const STORED = "towpath-workspace";

/** The workspace that was looked at last, of those that there are; else the first. */
export function lastWorkspace(slugs: string[]): string | undefined {
  const last = localStorage.getItem(STORED);
  return last && slugs.includes(last) ? last : slugs[0];
}

export function rememberWorkspace(slug: string): void {
  localStorage.setItem(STORED, slug);
}

export interface Here {
  /** Short name, as it stands in addresses. */
  slug: string;
  membership: Membership | undefined;
  /** Whether the person has at least the rights of this role. */
  may(least: Role): boolean;
}

/** The workspace of the page. */
export function useWorkspace(): Here {
  const { workspace: slug = "" } = useParams({ strict: false });
  const { data } = useQuery(sessionQuery);
  const membership = data?.workspaces.find((one) => one.slug === slug);
  return { slug, membership, may: (least) => membership !== undefined && isAtLeast(membership.role, least) };
}
