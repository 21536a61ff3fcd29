import type { ReactElement } from "react";
import { Problem } from "@/api/problem";
import { capitalized } from "@/lib/errors";
import { sayBoth } from "@/lib/sayings";
import { Marked } from "./Marked";

/** What the server says is wrong at a place of what was sent, for the helper text of its field. */
export function fieldProblem(error: unknown, path: string): ReactElement | undefined {
  if (!(error instanceof Problem)) return undefined;
  const found = error.problems.find((finding) => finding.path === path);
  return found && <Marked text={capitalized(sayBoth(found))} />;
}
