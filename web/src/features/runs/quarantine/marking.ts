import { changeItems } from "@/lib/ahead";
import type { Reject } from "../requests";

/** Rows that are put aside, or needed after all. */
export interface Marked {
  numbers: number[];
  dismissed: boolean;
}

/** What is shown of a run under a key once rows of its quarantine are marked: lists of one standing lose them. */
export function afterMarking(shown: unknown, { numbers, dismissed }: Marked, [, , , part, only]: readonly unknown[]): unknown {
  if (part !== "quarantine") return shown;
  const meant = new Set(numbers);
  const standing = dismissed ? "dismissed" : "open";
  return changeItems<Reject>(shown, (row) => (!meant.has(row.number) ? row : only && only !== standing ? null : { ...row, standing }));
}
