/**
 * A button that is busy takes no focus, and browsers then give it to nobody: whoever works by keys would not be at the button
 * any more when it is done. Gives the focus back, unless it went elsewhere meanwhile. What it returns ends this.
 */
export function keepFocus(page: Document): () => void {
  let last: HTMLButtonElement | undefined;
  const watch = new MutationObserver(() => {
    if (last?.isConnected && !last.disabled && page.activeElement?.contains(last)) last.focus();
  });
  const hear = ({ target }: FocusEvent) => {
    // A dialog takes the focus itself when nobody in it has it.
    if (last?.disabled && target instanceof Node && target.contains(last)) return;
    watch.disconnect();
    last = target instanceof HTMLButtonElement ? target : undefined;
    if (last) watch.observe(last, { attributes: true, attributeFilter: ["disabled"] });
  };
  page.addEventListener("focusin", hear);
  return () => {
    watch.disconnect();
    page.removeEventListener("focusin", hear);
  };
}
