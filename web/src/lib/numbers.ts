import { currentLanguage } from "./i18n";

/** What a number has to be, to be taken. */
export interface Limits {
  whole?: boolean;
  min?: number;
  max?: number;
}

const WHOLE = /^[+-]?\d+$/;
const WRITTEN = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Whether this is a whole number with more digits than a page holds: it would become another number. */
export const isTooLong = (text: string): boolean => WHOLE.test(text.trim()) && !Number.isSafeInteger(Number(text));

/**
 * What was typed where a number belongs: nothing, the number, or the text as it stands when it is none (yet). A comma counts
 * only in languages that write it before decimals: elsewhere `1,000` would silently become 1.
 */
export function readNumber(text: string, { whole = false, min = -Infinity, max = Infinity }: Limits = {}): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  if (isTooLong(trimmed)) return text;
  const plain = currentLanguage() === "fr" ? trimmed.replace(",", ".") : trimmed;
  const number = WRITTEN.test(plain) ? Number(plain) : NaN;
  return Number.isFinite(number) && number >= min && number <= max && (!whole || Number.isInteger(number)) ? number : text;
}
