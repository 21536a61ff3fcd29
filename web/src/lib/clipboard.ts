/** Neither way to copy is there, or the browser refused. */
export class NotCopied extends Error {}

/** Browsers have a clipboard only where the connection is encrypted; elsewhere a field is selected and copied. */
export async function copyText(text: string): Promise<void> {
  if (!navigator.clipboard) return copyField(text);
  try {
    await navigator.clipboard.writeText(text);
  } catch (cause) {
    throw new NotCopied("refused", { cause });
  }
}

function copyField(text: string): void {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  // Out of sight, but there: what is hidden cannot be selected.
  Object.assign(field.style, { position: "fixed", top: "0", opacity: "0" });
  // Inside of what is open, for nothing else may have the focus then.
  (before?.closest("[role=dialog], [role=menu]") ?? document.body).append(field);
  try {
    field.select();
    if (!document.execCommand("copy")) throw new NotCopied("refused");
  } finally {
    field.remove();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  }
}
