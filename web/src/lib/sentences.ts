/** The first sentence of a description, and the rest. */
export function sentences(text: string | undefined): { first: string; rest: string } {
  if (!text) return { first: "", rest: "" };
  const flat = text.replace(/\s*\n\s*/g, " ").trim();
  const end = flat.search(/\.(\s|$)(?!g\.)/);
  return end < 0 || end === flat.length - 1 ? { first: flat, rest: "" } : { first: flat.slice(0, end + 1), rest: flat.slice(end + 1).trim() };
}
