import { queryOptions } from "@tanstack/react-query";
import { type Api, body, client } from "@/api/client";
import { isOver } from "@/components/RunState";

export type Run = Api<"Run">;
export type Task = Api<"Task">;
export type Load = Api<"Load">;
export type Attempt = Api<"Attempt">;
export type Line = Api<"Line">;
export type Reject = Api<"Reject">;
export type Group = Api<"Group">;
export type RejectingNode = Api<"RejectingNode">;

// What the pages of runs ask for. The keys begin with `runs`, so that live events refresh them.

export const runQuery = (workspace: string, run: string) =>
  queryOptions({
    queryKey: ["runs", workspace, run],
    queryFn: () => body(client.GET("/api/v1/workspaces/{workspace}/runs/{run}", { params: { path: { workspace, run } } })),
    // Should live events be held up on the way, the page still comes to the end.
    refetchInterval: ({ state }) => (state.data && !isOver(state.data.state) ? 20_000 : false),
  });

export const tasksQuery = (workspace: string, run: string) =>
  queryOptions({
    queryKey: ["runs", workspace, run, "tasks"],
    queryFn: async () => (await body(client.GET("/api/v1/workspaces/{workspace}/runs/{run}/tasks", { params: { path: { workspace, run } } }))).items,
  });

export const attemptsQuery = (workspace: string, run: string) =>
  queryOptions({
    queryKey: ["runs", workspace, run, "attempts"],
    queryFn: async () => (await body(client.GET("/api/v1/workspaces/{workspace}/runs/{run}/attempts", { params: { path: { workspace, run } } }))).items,
  });

export const loadsQuery = (workspace: string, run: string) =>
  queryOptions({
    queryKey: ["runs", workspace, run, "loads"],
    queryFn: async () => (await body(client.GET("/api/v1/workspaces/{workspace}/runs/{run}/loads", { params: { path: { workspace, run } } }))).items,
  });

export const groupsQuery = (workspace: string, run: string) =>
  queryOptions({
    queryKey: ["runs", workspace, run, "groups"],
    queryFn: async () => (await body(client.GET("/api/v1/workspaces/{workspace}/runs/{run}/quarantine/groups", { params: { path: { workspace, run } } }))).items,
  });

/** The nodes that rejected rows, and where those would land when they are corrected. */
export const rejectingQuery = (workspace: string, run: string) =>
  queryOptions({
    queryKey: ["runs", workspace, run, "rejecting"],
    queryFn: async () => (await body(client.GET("/api/v1/workspaces/{workspace}/runs/{run}/quarantine/nodes", { params: { path: { workspace, run } } }))).items,
  });

/** The first rows that each destination got. */
export const outputsQuery = (workspace: string, run: string) =>
  queryOptions({
    queryKey: ["runs", workspace, run, "outputs"],
    queryFn: async () => (await body(client.GET("/api/v1/workspaces/{workspace}/runs/{run}/outputs", { params: { path: { workspace, run } } }))).items,
  });

/** The document that the run carries out: that of its version. */
export const documentQuery = (workspace: string, pipeline: string, version: number) =>
  queryOptions({
    queryKey: ["pipelines", workspace, pipeline, "version", version],
    queryFn: () => body(client.GET("/api/v1/workspaces/{workspace}/pipelines/{pipeline}/versions/{version}", { params: { path: { workspace, pipeline, version } } })),
    staleTime: Infinity,
  });

/** The run of the same pipeline before this one that came to an end by itself. */
export const previousQuery = (workspace: string, run: Run) =>
  queryOptions({
    queryKey: ["runs", workspace, run.id, "previous"],
    queryFn: async () => {
      const query = { pipeline: run.pipeline_id, state: ["done" as const, "quarantined" as const], until: run.created_at, limit: 20 };
      const { items } = await body(client.GET("/api/v1/workspaces/{workspace}/runs", { params: { path: { workspace }, query } }));
      return items.find((other) => other.id !== run.id && other.cause !== "repair" && other.created_at <= run.created_at) ?? null;
    },
  });

interface Fault {
  code?: string;
  temporary?: boolean;
  message?: string;
  hint?: string;
}

/** Why it failed, as the server keeps it. */
export function faultOf(thing: { fault?: unknown }): Fault | null {
  return thing.fault && typeof thing.fault === "object" ? thing.fault : null;
}

/** What a node reported besides its counts. */
export interface Detail {
  /** From the first request for rows to the last row. */
  seconds?: number | null;
  /** From the start of the attempt to the first request for rows. */
  began_seconds?: number;
  /** Rows are made anew, so that the counts need not add up. */
  reshapes?: boolean;
  notes?: string[];
  /** Rows by output, where there are several. */
  ports?: Record<string, number>;
  /** Columns of a source with their types. */
  columns?: [string, string][];
  changes?: { inserted: number; updated: number; deleted: number; unchanged: number };
  checks?: Check[];
}

/** What became of an expectation. */
export interface Check {
  expectation: string;
  severity: "warn" | "quarantine" | "fail";
  outcome: "unfinished" | "held" | "broken";
  checked: number;
  failures: number;
  /** What was found instead, where it is about all rows together. */
  finding?: string;
  /** The first rows that break it, with the values that were looked at. */
  samples?: { place?: string; values: [string, string | null][] }[];
}

export function detailOf(task: { detail?: unknown }): Detail {
  return task.detail && typeof task.detail === "object" ? task.detail : {};
}
