import { useEffect, useRef } from "react";

/**
 * Keys that went to something in a box stay in the box when that goes out: a button whose deed is done, or may not be done now.
 * Else they would begin anew at the top of the page. Its result is spread on the box.
 */
export function useKeysKept() {
  const ref = useRef<HTMLDivElement>(null);
  const has = useRef(false);
  useEffect(() => {
    // What goes out of the page, or is disabled, tells nobody that it has lost them.
    if (has.current && (document.activeElement === document.body || document.activeElement?.matches(":disabled"))) ref.current?.focus({ preventScroll: true });
  });
  return { ref, tabIndex: -1, onFocus: () => { has.current = true; }, onBlur: () => { has.current = document.activeElement?.matches(":disabled") === true; } };
}
