import { describe, expect, it } from "vitest";
import type { Load } from "./requests";
import { undoOf } from "./useUndo";

const load = (more: Partial<Load>) => ({ id: "r/load", node: "load", ...more }) as Load;
const run = { undone_at: null, undoing_at: null };

describe("taking loads back", () => {
  it("is possible until the first of them cannot be taken back any more", () => {
    const loads = [load({ undoable_until: "2026-12-30T00:00:00Z" }), load({ undoable_until: "2026-12-07T00:00:00Z" })];
    expect(undoOf(run, loads)).toMatchObject({ why: null, until: "2026-12-07T00:00:00Z" });
  });

  it("says why it is not", () => {
    const why = (more: Partial<Load>[], at = run as { undone_at: string | null; undoing_at: string | null }) => undoOf(at, more.map(load)).why;
    expect(why([{ lasting: "nothing_kept" }, {}])).toBe("nothing_kept");
    expect(why([{ lasting: "expired" }])).toBe("expired");
    expect(why([{ undone_at: "2026-12-01T00:00:00Z" }])).toBe("over");
    expect(why([])).toBe("over");
    expect(why([{}], { undone_at: null, undoing_at: "2026-12-01T00:00:00Z" })).toBe("under_way");
  });
});
