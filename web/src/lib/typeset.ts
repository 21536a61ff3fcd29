// French sets a space before some signs and inside its quotation marks, where no line may end. Files of words have an
// ordinary one, which is easier to write and to compare.

const NARROW = "\u202f";
const WIDE = "\u00a0";

/** A text with the spaces of its language; code between backticks stays as it is. */
export function spaced(text: string): string {
  return text
    .split("`")
    .map((part, index) => (index % 2 ? part : part.replace(/[ \u00a0]([;?!])/g, `${NARROW}$1`).replace(/[ \u00a0]([:»])/g, `${WIDE}$1`).replace(/«[ \u00a0]/g, `«${WIDE}`)))
    .join("`");
}

/** Every text of a file of words, likewise. */
export function typeset<Words>(words: Words, language: string): Words {
  if (language !== "fr") return words;
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") return spaced(value);
    if (Array.isArray(value)) return value.map(walk);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, walk(below)]));
    return value;
  };
  return walk(words) as Words;
}
