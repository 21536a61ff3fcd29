import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { withSchedule } from "./save";

const HEAD = "towpath: 1\nname: sales # the shop\n\n";
const TAIL = "\n# What it does.\nnodes:\n  rows: { source: file, path: \"in/*.csv\", keys: [a] } # as it comes\n  text:\n    transform: sql\n    sql: |\n      select 1\n      from rows\n";
const SPEC = { every: "15m", days: ["mon", "wed"] };

describe("the schedule in a document", () => {
  it.each([
    ["a block", "schedule:\n  cron: \"0 * * * *\" # hourly\n  timezone: Europe/Brussels\n"],
    ["a block with blank lines", "schedule:\n  cron: \"0 * * * *\"\n\n  timezone: Europe/Brussels\n"],
    ["one line", "schedule: { cron: \"0 * * * *\" } # hourly\n"],
  ])("that is %s is changed, and the rest stays as it was written", (_, schedule) => {
    const changed = withSchedule(HEAD + schedule + TAIL, SPEC);
    expect(changed).toBe(`${HEAD}schedule:\n  every: 15m\n  days:\n    - mon\n    - wed\n${TAIL}`);
  });

  it("may stand at the end, without a line end, or not at all", () => {
    for (const end of ["schedule:\n  every: 1h", "schedule:\n  every: 1h\n", ""]) {
      const changed = withSchedule(HEAD + TAIL + end, SPEC);
      expect(changed.startsWith(HEAD + TAIL.trimEnd())).toBe(true);
      expect(parse(changed)).toMatchObject({ name: "sales", schedule: SPEC });
    }
  });

  it("is found in JSON", () => {
    expect(parse(withSchedule('{"towpath":1,"schedule":{"every":"1h"},"nodes":{}}', SPEC))).toEqual({ towpath: 1, schedule: SPEC, nodes: {} });
  });
});
