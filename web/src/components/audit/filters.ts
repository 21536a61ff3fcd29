import type { Api } from "@/api/client";

export type Entry = Api<"Entry">;

/** What stands in the address of an audit. */
export interface AuditSearch {
  action?: string;
  outcome?: string;
  object?: string;
  actor?: string;
  from?: string;
  until?: string;
}

/** What is done to what: the first word of an action. */
export const AREAS = ["session", "account", "second_factor", "identity", "user", "member", "invitation", "grant", "key", "connection", "secret", "pipeline", "run", "quarantine", "schedule", "backfill", "upload", "hook", "channel", "rule", "watch", "delivery", "workspace", "server", "retention", "backup", "secrets", "request"] as const;
export const OUTCOMES = ["done", "denied", "failed"] as const;

/** A day of a field as the moment at which it begins here; `after` days later. */
export function dayStart(day: string | undefined, after = 0): string | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day ?? "");
  if (!parts) return undefined;
  return new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]) + after).toISOString();
}

/** The query of the server for what is chosen: both days count whole. */
export function query(search: AuditSearch) {
  return {
    action: search.action ? (search.action.includes(".") ? search.action : `${search.action}.`) : undefined,
    outcome: search.outcome as Api<"Outcome"> | undefined,
    object: search.object,
    actor: search.actor,
    from: dayStart(search.from),
    until: dayStart(search.until, 1),
  };
}
