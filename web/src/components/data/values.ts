import { formatNumber } from "@/lib/format";
import { isNumeric } from "./statistics";

/** A value in words and lists; rows show values as they are. */
export function shown(value: unknown, type: string): string {
  if (value === null || value === undefined) return "–";
  if (isNumeric(type) && typeof value === "number") return formatNumber(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
