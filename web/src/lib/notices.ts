/** What people and channels can be told of, as the server names it. Words: `notices:kind.…`. */
export const NOTICE_KINDS = ["run_failed", "run_recovered", "run_quarantined", "run_late", "missing_file", "freshness", "volume", "drift"] as const;
export const SEVERITIES = ["info", "warning", "error"] as const;
