import { expect, it } from "vitest";
import { aPipeline } from "@/lib/testing/things";
import { afterArchiving, afterTagging } from "./after";

const items = [aPipeline(), aPipeline({ id: "pl_2", name: "stock", tags: ["daily"] })];
const list = (tag?: string) => ["pipelines", "shop", "list", "", false, tag, "name"];

it("takes a pipeline out of the list that it was in, and says elsewhere that it was put away", () => {
  expect(afterArchiving({ items }, "pl_2", true, list())).toEqual({ items: [items[0]] });
  expect(afterArchiving(items, "pl_2", true, ["pipelines", "shop", "everything"])).toEqual([items[0], { ...items[1], archived_at: expect.any(String) as string }]);
});

it("shows other tags, and leaves a pipeline out of lists of a tag that it has no more", () => {
  expect(afterTagging({ items }, "pl_2", ["weekly"], list())).toEqual({ items: [items[0], { ...items[1], tags: ["weekly"] }] });
  expect(afterTagging({ items: [items[1]] }, "pl_2", ["weekly"], list("daily"))).toEqual({ items: [] });
});
