import { queryOptions } from "@tanstack/react-query";
import { type Api, body, client } from "@/api/client";
import { atMost } from "@/lib/atMost";
import { currentLanguage } from "@/lib/i18n";

export type Schedule = Api<"Schedule">;
export type Forecast = Api<"Forecast">;
export type Fire = Api<"Fire">;
export type Run = Api<"Run">;
export type Backfill = Api<"Backfill">;
export type Spec = Record<string, unknown>;

/** Name of the schedule that stands in the document of its pipeline. */
export const OF_DOCUMENT = "document";

/** When a rule fires after a moment. */
export const forecastQuery = (workspace: string, spec: Spec, after: string | undefined, count: number) =>
  queryOptions({
    queryKey: ["schedules", workspace, "forecast", spec, after, count],
    queryFn: () => body(client.POST("/api/v1/workspaces/{workspace}/schedule-forecast", { params: { path: { workspace } }, body: { spec: sent(spec), after, count } })),
    staleTime: 60_000,
    retry: false,
  });

/** So many forecasts are asked for at a time: pages of many schedules leave the server room for others. */
export const few = atMost(4);

/** A rule in words. They stay as long as the rule does, which is why events about schedules do not touch them. */
export const ruleQuery = (workspace: string, spec: Spec) =>
  queryOptions({
    queryKey: ["rules-in-words", workspace, spec],
    queryFn: ({ signal }) => few(() => body(client.POST("/api/v1/workspaces/{workspace}/schedule-forecast", { params: { path: { workspace } }, body: { spec: sent(spec), count: 1 }, signal })), signal),
    staleTime: Infinity,
  });

export const backfillsQuery = (workspace: string) =>
  queryOptions({
    queryKey: ["backfills", workspace, "list"],
    queryFn: async () => (await body(client.GET("/api/v1/workspaces/{workspace}/backfills", { params: { path: { workspace }, query: { limit: 200 } } }))).items,
  });

/** The rule as the server says it in the language of the reader. */
export function wordsOf(forecast: Forecast | undefined): string {
  const words = forecast?.words as Record<string, string> | undefined;
  return words?.[currentLanguage()] ?? words?.en ?? "";
}

export function specOf(thing: { spec?: unknown }): Spec {
  return thing.spec && typeof thing.spec === "object" ? (thing.spec as Spec) : {};
}

/** A rule as the client wants it: its type does not know what is in it. */
export function sent(spec: Spec): Api<"Rule">["spec"] {
  return spec as Api<"Rule">["spec"];
}

export function zoneOf(spec: Spec): string {
  return typeof spec.timezone === "string" && spec.timezone !== "" ? spec.timezone : "UTC";
}
