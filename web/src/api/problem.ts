import type { components } from "./schema";

/** One place that is wrong: a JSON pointer, what is wrong, what to do. */
export type Finding = components["schemas"]["Finding"];
type Body = components["schemas"]["ProblemBody"];

/** What the server answers when it does not do what was asked (RFC 9457), or that it cannot be reached. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  readonly problems: Finding[];
  readonly requestId: string | undefined;
  /** The newer version of what was to be changed, when somebody was faster. */
  readonly current: unknown;
  /** Path of the page about this kind of problem. */
  readonly page: string | undefined;

  constructor(status: number, body: Partial<Body>) {
    super(body.detail ?? body.title ?? "");
    this.name = "Problem";
    this.status = status;
    this.code = body.code ?? "unreachable";
    this.hint = body.hint ?? undefined;
    this.problems = body.problems ?? [];
    this.requestId = body.request_id;
    this.current = body.current ?? undefined;
    this.page = body.type;
  }

  /** Nobody is signed in, or not any more. */
  get isSignedOut(): boolean {
    return this.status === 401;
  }

  /** Trying the same again may help. */
  get mayPass(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

/** The problem an answer holds; answers of proxies have no body that says so. */
export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text().catch(() => "");
  try {
    return new Problem(response.status, JSON.parse(text) as Partial<Body>);
  } catch {
    return new Problem(response.status, { code: "unexpected_answer", detail: `${response.status} ${response.statusText}` });
  }
}
