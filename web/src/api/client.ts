import createClient, { type Middleware } from "openapi-fetch";
import { basePath } from "./base";
import { Problem, problemOf } from "./problem";
import type { components, paths } from "./schema";

/** A type of the interface, by its name in the document. */
export type Api<Name extends keyof components["schemas"]> = components["schemas"][Name];

let csrf: string | null = null;
/** Changes are sent with what only pages of this server know. */
export function setCsrf(value: string | null): void {
  csrf = value;
}

/** Headers of a request that openapi-fetch does not send, such as an upload with progress. */
export function changeHeaders(): Record<string, string> {
  return csrf ? { "x-csrf-token": csrf } : {};
}

const listeners = new Set<() => void>();
/** Calls back when the server says that nobody is signed in any more; returns how to stop. */
export function onSignedOut(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const middleware: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET" && csrf) request.headers.set("x-csrf-token", csrf);
    return request;
  },
  async onResponse({ response, schemaPath }) {
    if (response.ok) return undefined;
    const problem = await problemOf(response);
    if (problem.isSignedOut && schemaPath !== "/api/v1/session") listeners.forEach((listener) => listener());
    throw problem;
  },
  onError({ error }) {
    if (error instanceof Problem || (error instanceof DOMException && error.name === "AbortError")) return undefined;
    return new Problem(0, { code: "unreachable", detail: "" });
  },
};

/** Every route of the server, typed. Answers that are problems are thrown as `Problem`. */
export const client = createClient<paths>({
  baseUrl: basePath || location.origin,
  // Several values of one name are divided by commas.
  querySerializer: { array: { style: "form", explode: false } },
});
client.use(middleware);

/** The body of an answer; answers that are not right never come here. */
export async function body<T>(answer: Promise<{ data?: T; response: Response }>): Promise<T> {
  return (await answer).data as T;
}

/** The body, and the mark of its version for a later change. */
export async function tagged<T>(answer: Promise<{ data?: T; response: Response }>): Promise<{ value: T; etag: string }> {
  const { data, response } = await answer;
  return { value: data as T, etag: response.headers.get("etag") ?? "" };
}
