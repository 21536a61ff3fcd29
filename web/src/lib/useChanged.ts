import { useState } from "react";

/** Whether what is typed is no longer what the form began with. */
export function useChanged(now: unknown): boolean {
  const text = JSON.stringify(now);
  const [first] = useState(text);
  return text !== first;
}
