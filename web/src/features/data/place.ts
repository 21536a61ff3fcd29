import { Problem } from "@/api/problem";
import { say } from "@/lib/sayings";

/** The same without where the query is in the document that the server makes of it: nobody has seen that one. */
export function plainly(problem: Problem): Problem {
  const detail = problem.message.replace(/^(line \d+: |node `[^`]+`: )+/, "");
  return new Problem(problem.status, { code: problem.code, detail, hint: problem.hint, type: problem.page, request_id: problem.requestId, problems: [] });
}

/** Where in the SQL something is wrong, as far as the words of the system say. */
export function placeOf(problem: Problem, sql: string): { line: number; column?: number; message: string } | undefined {
  const words = plainly(problem).message;
  // The server says it where the system that holds the data does.
  const told = problem.problems.find((one) => one.line != null);
  if (told?.line != null && (told.column != null || !/near|"/.test(words))) return { line: told.line, column: told.column ?? undefined, message: say(words) };
  const said = /\(line (\d+)\)/.exec(words) ?? /at line (\d+)/.exec(words);
  const near = /near ["'`]([^"'`\n]+)["'`]/.exec(words)?.[1] ?? /(?:relation|column|table|no such (?:table|column):)\s+["`']?([\w.]+)/i.exec(words)?.[1];
  const lines = sql.split("\n");
  const at = said ? Number(said[1]) : undefined;
  if (near !== undefined) {
    const word = near.split("\n")[0] ?? near;
    const from = at ?? 1;
    const to = at ?? lines.length;
    for (let line = from; line <= to; line += 1) {
      const column = lines[line - 1]?.toLowerCase().indexOf(word.toLowerCase()) ?? -1;
      if (column >= 0) return { line, column: column + 1, message: say(words) };
    }
  }
  return at !== undefined && at >= 1 && at <= lines.length ? { line: at, message: say(words) } : undefined;
}
