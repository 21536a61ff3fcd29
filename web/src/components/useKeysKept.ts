import { type FocusEvent, useEffect, useRef } from "react";

/** What asks before a deed takes the keys for as long as it is there. */
const ASKS = "[role=dialog], [role=presentation]";

/**
 * Keys that went to something in a box stay in the box when that goes out: a button whose deed is done, or may not be done now.
 * Else they would begin anew at the top of the page. Its result is spread on the box.
 */
export function useKeysKept() {
  const ref = useRef<HTMLDivElement>(null);
  const has = useRef(false);
  useEffect(() => {
    const at = document.activeElement;
    if (!has.current || !at) return;
    // What goes out of the page, or is disabled, tells nobody that it has lost them.
    if (at === document.body || at.matches(":disabled")) ref.current?.focus({ preventScroll: true });
    else has.current = ref.current?.contains(at) === true || at.closest(ASKS) !== null;
  });
  return {
    ref,
    tabIndex: -1,
    onFocus: () => { has.current = true; },
    onBlur: ({ target, relatedTarget }: FocusEvent) => { has.current = target.matches(":disabled") || (relatedTarget as Element | null)?.closest(ASKS) != null; },
  };
}
