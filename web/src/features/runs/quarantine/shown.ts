/** Letters of one width: for what must be seen exactly. */
export const MONO = "ui-monospace, \"Cascadia Code\", Menlo, Consolas, \"DejaVu Sans Mono\", monospace";

/** A place without the folder of an upload, whose name says nothing to people. */
export function placeOf(place: string): string {
  return place.replace(/^uploads\/up_[0-9a-f]+\//, "");
}
