import { expect, it } from "vitest";
import { withSchedule } from "./save";

it("changes the schedule in a document and leaves the rest as it was written", () => {
  const document = "towpath: 1\nname: sales # the shop\n\nschedule:\n  cron: \"0 * * * *\"\n  timezone: Europe/Brussels\n\nnodes:\n  rows: { source: file, path: \"in/*.csv\" }\n  text:\n    transform: sql\n    sql: |\n      select 1\n      from rows\n";
  const changed = withSchedule(document, { every: "15m", days: ["mon", "wed"] });
  expect(changed).toContain("name: sales # the shop");
  expect(changed).toContain('rows: { source: file, path: "in/*.csv" }');
  expect(changed).toContain("sql: |\n      select 1\n      from rows\n");
  expect(changed).toMatch(/schedule:\n {2}every: 15m\n {2}days:\n {4}- mon\n {4}- wed\n/);
  expect(changed).not.toContain("cron");
});
