import { type ReactNode, useDeferredValue } from "react";

/** A part of a page that is drawn right after the rest, and in between what people do: large, and not what one looks at first. */
export function Later({ children }: { children: ReactNode }) {
  const isDue = useDeferredValue(true, false);
  return isDue ? children : null;
}
