import { Problem } from "@/api/problem";
import { sayBoth } from "./sayings";

/** What the server says is wrong at a place of what was sent, for the helper text of its field. */
export function fieldProblem(error: unknown, path: string): string | undefined {
  if (!(error instanceof Problem)) return undefined;
  const found = error.problems.find((finding) => finding.path === path);
  return found && sayBoth(found);
}
