import { describe, expect, it } from "vitest";
import { lateTargets, summarize } from "./summary";

type Given = Parameters<typeof summarize>;
const NOW = Date.parse("2026-11-29T12:00:00Z");
const pipeline = (id: string) => ({ id, name: id }) as Given[0][number];
const run = (id: string, of: string, state: string, more: object = {}) => ({ id, pipeline_id: of, state, cause: "schedule", targets: [`db/${of}`], created_at: `2026-11-29T0${id}:00:00Z`, ended_at: `2026-11-29T0${id}:01:00Z`, ...more }) as unknown as Given[1][number];
const schedule = (of: string, next: string | null, paused = false) => ({ id: `s-${of}`, pipeline_id: of, next_at: next, paused }) as Given[2][number];

describe("what somebody wants to know first", () => {
  it("judges a pipeline by its newest run that is over", () => {
    const runs = [run("5", "a", "running", { ended_at: null }), run("4", "a", "failed"), run("3", "b", "done"), run("2", "b", "failed"), run("1", "a", "done")];
    const found = summarize([pipeline("a"), pipeline("b")], runs, [], NOW);
    expect(found.failed.map(({ pipeline: { id } }) => id)).toEqual(["a"]);
    expect(found.running.map(({ id }) => id)).toEqual(["5"]);
    expect(found.standings.map(({ pipeline: { id } }) => id)).toEqual(["a", "b"]);
  });

  it("leaves out what somebody stopped, and runs for the past", () => {
    const runs = [run("3", "a", "cancelled"), run("2", "a", "failed", { cause: "backfill" }), run("1", "a", "done")];
    expect(summarize([pipeline("a")], runs, [], NOW).failed).toEqual([]);
  });

  it("calls late what is minutes behind its time, and nothing that is paused", () => {
    const schedules = [schedule("a", "2026-11-29T11:00:00Z"), schedule("b", "2026-11-29T11:58:00Z"), schedule("c", null, true), schedule("d", "2026-11-29T12:30:00Z")];
    const found = summarize(["a", "b", "c", "d"].map(pipeline), [], schedules, NOW);
    expect([found.late.map((one) => one.pipeline_id), found.next.map((one) => one.pipeline_id)]).toEqual([["a"], ["b", "d"]]);
  });

  it("names a late table once, and not when its pipeline is named already", () => {
    const fresh = ["a", "b", "c", "d"].map((id) => ({ pipeline_id: id, target: `db/${id}`, late: id !== "d" })) as Parameters<typeof lateTargets>[1];
    const found = summarize(["a", "b", "c", "d"].map(pipeline), [run("1", "a", "failed")], [schedule("b", "2026-11-29T11:00:00Z")], NOW);
    expect(lateTargets(found, fresh).map((one) => one.target)).toEqual(["db/c"]);
  });
});
