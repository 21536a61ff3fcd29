import { say } from "./sayings";

/** Where a row stood, without the folder of an upload, whose name says nothing to people: `orders.csv:12`, `orders row 3`. */
export function placeOf(place: string): string {
  return place.replace(/^uploads\/up_[0-9a-f]+\//, "").replace(/\b(refused )?row \d+$/, (words) => say(words));
}
