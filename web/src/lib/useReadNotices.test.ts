import { expect, it } from "vitest";
import { aNotice } from "./testing/things";
import { afterReading } from "./useReadNotices";

const two = { items: [aNotice(), aNotice({ id: "nt_2", read_at: "2026-11-29T09:00:00Z" })] };
const ids = (shown: unknown) => (shown as typeof two).items.map(({ id }) => id);

it("counts, marks and takes away what is read, wherever it is shown", () => {
  expect([afterReading({ unread: 3 }, "nt_1", ["notices", "unread"]), afterReading({ unread: 3 }, null, ["notices", "unread"])]).toEqual([{ unread: 2 }, { unread: 0 }]);
  expect(ids(afterReading(two, "nt_1", ["notices", "shop", "unread"]))).toEqual(["nt_2"]);
  const latest = afterReading(two, null, ["notices", "latest"]) as typeof two;
  expect(latest.items.map(({ read_at }) => read_at)).toEqual([expect.any(String), "2026-11-29T09:00:00Z"]);
});
