import type { Api } from "@/api/client";
import type { SessionView } from "@/api/session";
import { free } from "../free";
import type { Role } from "../rights";

// Things as the server tells them, complete; a test says what is special about its own.

const AT = "2026-11-29T08:00:00Z";
const none = free({});

/** Somebody who is signed in, in the workspace `shop`. */
export function aSession(role: Role = "owner"): SessionView {
  return {
    is_new: false,
    user: { id: "us_ann", name: "Ann", email: "ann@example.com", language: "en", active: true, runs_server: false, created_at: AT, updated_at: AT, revision: 1, settings: none },
    workspaces: [{ id: "ws_shop", slug: "shop", name: "The shop", role, origin: "invited", created_at: AT, updated_at: AT, revision: 1, settings: none }],
  };
}

export function aPipeline(own: Partial<Api<"PipelineLine">> = {}): Api<"PipelineLine"> {
  return { id: "pl_sales", name: "sales", description: "", has_hook: false, restricted: false, revision: 1, tags: [], version: 1, created_at: AT, updated_at: AT, workspace_id: "ws_shop", ...own };
}

export function aRun(own: Partial<Api<"Run">> = {}): Api<"Run"> {
  return {
    id: "rn_1", pipeline_id: "pl_sales", version: 1, state: "done", cause: "manual", attempt: 1, failures: 0, lost: 0, force: false, resumable: false, connections: [], targets: [],
    created_at: AT, not_before: AT, started_at: AT, ended_at: "2026-11-29T08:00:03Z", seconds: 3, params: none, priority: 0, retries: none, revision: 1,
    rows_read: 100, rows_written: 100, rows_quarantined: 0, timeout_seconds: 3600, workspace_id: "ws_shop", zone: "UTC", ...own,
  };
}

export function aTask(own: Partial<Api<"Task">> = {}): Api<"Task"> {
  return { node: "orders", kind: "file", role: "source", state: "done", detail: none, rows_read: 100, rows_written: 100, rows_filtered: 0, rows_deduplicated: 0, rows_quarantined: 0, ...own };
}

export function aSchedule(own: Partial<Api<"Schedule">> = {}): Api<"Schedule"> {
  return { id: "sc_1", name: "nightly", pipeline_id: "pl_sales", paused: false, params: none, spec: free({ cron: "0 3 * * *" }), handled_through: AT, next_at: "2026-11-30T03:00:00Z", created_at: AT, updated_at: AT, revision: 1, workspace_id: "ws_shop", ...own };
}

export function aConnection(own: Partial<Api<"ConnectionItem">> = {}): Api<"ConnectionItem"> {
  return { id: "cn_erp", name: "erp", connector: "postgres", description: "", restricted: false, revision: 1, settings: none, created_at: AT, updated_at: AT, workspace_id: "ws_shop", role: "owner", pipelines: 1, schedules: 0, ...own };
}

export function aNotice(own: Partial<Api<"NoticeView">> = {}): Api<"NoticeView"> {
  return { id: "nt_1", kind: "run_late", severity: "warning", times: 1, notice: none, created_at: AT, updated_at: AT, workspace_id: "ws_shop", words: { title: "sales is late", text: "It has not ended." }, ...own };
}

export function aReject(own: Partial<Api<"Reject">> = {}): Api<"Reject"> {
  return { number: 1, node: "orders", column: "amount", value: "12,5o", values: free({ id: "7", amount: "12,5o" }), place: "orders.csv:3", original: "7;12,5o", reason: "`12,5o` is no number", standing: "open", value_only: false, at: AT, ...own };
}
