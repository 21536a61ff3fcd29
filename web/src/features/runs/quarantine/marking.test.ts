import { expect, it } from "vitest";
import { aReject } from "@/lib/testing/things";
import { afterMarking } from "./marking";

const pages = { pages: [{ items: [aReject(), aReject({ number: 2 })] }], pageParams: [undefined] };
const key = (standing: string) => ["runs", "shop", "rn_1", "quarantine", standing, undefined, ""];
const standings = (shown: unknown) => (shown as typeof pages).pages[0]?.items.map(({ number, standing }) => [number, standing]);

it("shows rows that are put aside as such, and leaves them out of lists of those that are open", () => {
  const given = { numbers: [2], dismissed: true };
  expect(standings(afterMarking(pages, given, key("")))).toEqual([[1, "open"], [2, "dismissed"]]);
  expect(standings(afterMarking(pages, given, key("open")))).toEqual([[1, "open"]]);
  expect(afterMarking({ items: [1] }, given, ["runs", "shop", "rn_1", "groups"])).toEqual({ items: [1] });
});
