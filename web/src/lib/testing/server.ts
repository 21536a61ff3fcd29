import { readFileSync } from "node:fs";
import { type Finding, Problem } from "@/api/problem";
import type { operations } from "@/api/schema";

// A server of tests. Its answers are typed by the interface document, so that none is tried that the real one cannot give.

export type Operation = keyof operations;
type Json<R> = R extends { content: { "application/json": infer Body } } ? Body : undefined;
type Content<B> = B extends { content: { "application/json": infer Body } } ? Body : undefined;
/** What an operation answers when it does what was asked. */
export type Body<O extends Operation> = { [S in keyof operations[O]["responses"]]: Json<operations[O]["responses"][S]> }[keyof operations[O]["responses"]];

/** A request, as the operation takes it. */
export interface Asked<O extends Operation> {
  path: NonNullable<operations[O]["parameters"]["path"]> & Record<string, string>;
  query: Record<string, string>;
  body: Content<operations[O] extends { requestBody?: infer B } ? NonNullable<B> : never>;
  header: Headers;
}

type Said<O extends Operation> = Body<O> | Problem;
type Answer<O extends Operation> = Said<O> | ((asked: Asked<O>) => Said<O> | Promise<Said<O>>);
export type Answers = { [O in Operation]?: Answer<O> };

/** What a server says that does not do what was asked. */
export function refusal(status: number, detail: string, more: { code?: string; hint?: string; problems?: Finding[] } = {}): Problem {
  return new Problem(status, { code: "invalid", detail, ...more });
}

interface Route {
  operation: Operation;
  method: string;
  pattern: RegExp;
  /** The status of what went well. */
  status: number;
}

const routes: Route[] = routesOf(JSON.parse(readFileSync("../docs/reference/openapi.json", "utf8")) as Document);

interface Document {
  paths: Record<string, Record<string, { operationId?: string; responses: Record<string, unknown> }>>;
}

function routesOf(document: Document): Route[] {
  const found = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { operationId, responses }]) => {
      if (!operationId) return [];
      const pattern = new RegExp(`^${path.replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);
      return [{ operation: operationId as Operation, method: method.toUpperCase(), pattern, status: Number(Object.keys(responses)[0]), holes: path.split("{").length }];
    }),
  );
  // `/notices/unread` before `/notices/{notice}`.
  return found.sort((a, b) => a.holes - b.holes);
}

let answers: Answers = {};
let asked: { operation: Operation; asked: Asked<Operation> }[] = [];
let unforeseen: string[] = [];

/** Answers from now on, beside or instead of what was said before. */
export function answer(more: Answers): void {
  answers = { ...answers, ...more };
}

/** What was asked of an operation so far, the oldest first. */
export function askedOf<O extends Operation>(operation: O): Asked<O>[] {
  return asked.filter((one) => one.operation === operation).map((one) => one.asked as unknown as Asked<O>);
}

/** Forgets everything; gives what was asked although the test did not foresee it. */
export function endOfTest(): string[] {
  const missed = unforeseen;
  answers = {};
  asked = [];
  unforeseen = [];
  return missed;
}

/** Stands where pages ask the server. */
export async function fetchOfTest(given: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(given instanceof Request ? given : new URL(String(given), location.href), init);
  const { pathname, searchParams } = new URL(request.url);
  const route = routes.find(({ method, pattern }) => method === request.method && pattern.test(pathname));
  const said = route && answers[route.operation];
  if (!route || !(route.operation in answers)) {
    unforeseen.push(`${request.method} ${pathname} (${route?.operation ?? "no operation"})`);
    throw new Error(`Nobody answers ${request.method} ${pathname}`);
  }
  const text = await request.text();
  const one = { path: { ...route.pattern.exec(pathname)?.groups }, query: Object.fromEntries(searchParams), body: (text === "" ? undefined : JSON.parse(text)) as never, header: request.headers } as unknown as Asked<Operation>;
  asked.push({ operation: route.operation, asked: one });
  const body = typeof said === "function" ? await (said as (asked: Asked<Operation>) => unknown)(one) : said;
  if (body instanceof Problem) return answerOf(body.status, { code: body.code, detail: body.message, hint: body.hint, problems: body.problems }, "application/problem+json");
  return body === undefined ? new Response(null, { status: route.status === 200 ? 204 : route.status }) : answerOf(route.status, body, "application/json");
}

function answerOf(status: number, body: unknown, type: string): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": type, etag: '"1"' } });
}
