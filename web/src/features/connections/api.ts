import { queryOptions } from "@tanstack/react-query";
import { type Api, body, client, tagged } from "@/api/client";
import { readLines } from "@/api/lines";
import { type Finding, Problem } from "@/api/problem";
import type { Role } from "@/lib/rights";

/** A connection of a list, with who uses it and what one may do with it. */
export type Connection = Api<"ConnectionItem">;
export type ConnectionView = Api<"ConnectionView">;
export type NewConnection = Api<"NewConnection">;
export type Tested = Api<"Tested">;
export type Step = Api<"StepView">;
/** Hears the steps of a test as they stand. */
export type Tell = (steps: Step[]) => void;
export type Settings = Record<string, unknown>;

const ONE = "/api/v1/workspaces/{workspace}/connections/{connection}" as const;
const at = (workspace: string, connection: string) => ({ path: { workspace, connection } });

/** A connection with the mark of its version. */
export function connectionQuery(slug: string, connection: string) {
  return queryOptions({ queryKey: ["connections", slug, "one", connection], queryFn: () => tagged(client.GET(ONE, { params: at(slug, connection) })) });
}

export function listConnections(slug: string, search: string, after: string | undefined) {
  return body(client.GET("/api/v1/workspaces/{workspace}/connections", { params: { path: { workspace: slug }, query: { search: search || undefined, after, limit: 50, sort: "name" } } }));
}

export function createConnection(slug: string, made: NewConnection): Promise<ConnectionView> {
  return body(client.POST("/api/v1/workspaces/{workspace}/connections", { params: { path: { workspace: slug } }, body: made }));
}

export function changeConnection(slug: string, id: string, etag: string, made: NewConnection) {
  return tagged(client.PUT(ONE, { params: { ...at(slug, id), header: { "If-Match": etag } }, body: made }));
}

export async function removeConnection(slug: string, id: string): Promise<void> {
  await client.DELETE(ONE, { params: at(slug, id) });
}

export function testConnection(slug: string, id: string): Promise<Tested> {
  // Without asking for lines, it is one answer.
  return body(client.POST("/api/v1/workspaces/{workspace}/connections/{connection}/test", { params: at(slug, id) })) as Promise<Tested>;
}

/** Why the last test of a connection failed. */
export function faultOf(connection: Pick<Connection, "test_fault">): { message?: string; hint?: string } | undefined {
  return (connection.test_fault as { message?: string; hint?: string } | null | undefined) ?? undefined;
}

const LINES = { headers: { accept: "application/x-ndjson" }, parseAs: "stream" } as const;

/** A test that is told while it happens. */
async function followed(answer: Promise<{ data?: unknown }>, tell: Tell): Promise<Tested> {
  const { data } = await answer;
  for await (const line of readLines<Api<"TestLine">>(data as ReadableStream<Uint8Array>)) {
    if (line.problem) throw new Problem(line.problem.status, line.problem);
    tell(line.steps);
    if (line.tested) return line.tested;
  }
  throw new Problem(0, { code: "unreachable", detail: "" });
}

export function followTest(slug: string, id: string, tell: Tell, signal: AbortSignal): Promise<Tested> {
  return followed(client.POST("/api/v1/workspaces/{workspace}/connections/{connection}/test", { params: at(slug, id), signal, ...LINES }), tell);
}

/** Settings of something new. */
export function testSettings(slug: string, made: NewConnection, tell: Tell, signal: AbortSignal): Promise<Tested> {
  return followed(client.POST("/api/v1/workspaces/{workspace}/connection-tests", { params: { path: { workspace: slug } }, body: made, signal, ...LINES }), tell);
}

/** Changed settings; secrets that are left out are those that the server keeps, as far as they may go there. */
export function testChanged(slug: string, id: string, made: NewConnection, tell: Tell, signal: AbortSignal): Promise<Tested> {
  return followed(client.POST("/api/v1/workspaces/{workspace}/connections/{connection}/test-settings", { params: at(slug, id), body: made, signal, ...LINES }), tell);
}

export async function grant(slug: string, connection: string, user: string, role: Role): Promise<void> {
  await client.PUT(`${ONE}/grants/{user}`, { params: { path: { workspace: slug, connection, user } }, body: { role } });
}

export async function ungrant(slug: string, connection: string, user: string): Promise<void> {
  await client.DELETE(`${ONE}/grants/{user}`, { params: { path: { workspace: slug, connection, user } } });
}

const isOfSetting = (finding: Finding) => finding.path.startsWith("/settings/");

/** Findings about settings as the form of the settings places them. */
export function settingsFindings(findings: Finding[]): Finding[] {
  return findings.filter((finding) => finding.path === "/settings" || isOfSetting(finding)).map((finding) => ({ ...finding, path: finding.path.slice("/settings".length) }));
}

/** Findings that no field of the form shows. */
export function otherFindings(findings: Finding[]): Finding[] {
  return findings.filter((finding) => finding.path !== "/name" && finding.path !== "/max_runs" && !isOfSetting(finding));
}

/** A copy of settings without what was kept secret: whether anything else was changed. */
export function isSame(a: unknown, b: unknown): boolean {
  const sorted = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(sorted) : value !== null && typeof value === "object" ? Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null && one !== undefined).sort(([x], [y]) => (x < y ? -1 : 1)).map(([key, one]) => [key, sorted(one)])) : value;
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** Settings that may change while the server keeps the secrets: those that decide nothing of where these go. */
export function besideSecrets(schema: object): string[] {
  const fields = (schema as { properties?: Record<string, Record<string, unknown>> }).properties ?? {};
  return Object.keys(fields).filter((name) => fields[name]?.["x-beside-secrets"] === true).map((name) => `/${name}`);
}

/** Whether settings hold something at a place (a JSON pointer). */
export function has(settings: Settings, pointer: string): boolean {
  return !isSame(settings, without(settings, [pointer]));
}

/** Settings without the values at some places (JSON pointers). */
export function without(settings: Settings, pointers: string[]): Settings {
  const copy = structuredClone(settings);
  for (const pointer of pointers) {
    const keys = pointer.split("/").slice(1).map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = keys.pop();
    let place: unknown = copy;
    for (const key of keys) place = place !== null && typeof place === "object" ? (place as Settings)[key] : undefined;
    if (last !== undefined && place !== null && typeof place === "object") Reflect.deleteProperty(place, last);
  }
  return copy;
}
