import { describe, expect, it } from "vitest";
import { isFit, overviewQuery, partsOf, rowsQuery, summaryQuery, wayTo } from "./sql";

const columns = [
  { name: "id", type: "int32", nullable: false },
  { name: "na\"me", type: "text", nullable: true },
  { name: "day", type: "date", nullable: true },
  { name: "extra", type: "json", nullable: true },
];
const table = (settings: object, primary_key: string[] = ["id"]) => ({ settings: settings as Record<string, never>, columns, primary_key });

describe("wayTo", () => {
  it("asks the system where it answers SQL, with names in its own quotes", () => {
    expect(wayTo(table({ table: 'public."odd.name"' }), "postgres")).toMatchObject({ from: '"public"."odd.name"', isNative: true });
    expect(wayTo(table({ table: "shop.`a``b`" }), "mysql").from).toBe("`shop`.`a``b`");
    expect(wayTo(table({ table: "a.b" }), "sqlite").from).toBe('"a.b"');
  });

  it("lets Towpath answer for everything else", () => {
    expect(wayTo(table({ path: "a.csv" }), "file").isNative).toBe(false);
    expect(wayTo(table({ table: "t", tinyint1_as_boolean: true }), "mysql").isNative).toBe(false);
  });
});

describe("rowsQuery", () => {
  const way = wayTo(table({ table: "t" }), "postgres");

  it("keeps values values", () => {
    const sql = rowsQuery(table({}), way, { where: [{ column: 'na"me', is: "=", value: "O'Hara ${env.HOME}" }], limit: 10 });
    expect(sql).toBe('select *\nfrom "t"\nwhere "na""me" = \'O\'\'Hara $${env.HOME}\'\norder by "id"\nlimit 10');
    const mysql = wayTo(table({ table: "t" }), "mysql");
    expect(rowsQuery(table({}), mysql, { where: [{ column: 'na"me', is: "contains", value: "\\' or 1=1 --" }] })).toContain("lower('\\\\'' or 1=1 --')");
  });

  it("leaves out what is no value of the column", () => {
    for (const value of ["1 or 1=1", "", "abc"]) expect(rowsQuery(table({}), way, { where: [{ column: "id", is: ">", value }] })).not.toContain("where");
    expect(rowsQuery(table({}), way, { where: [{ column: "gone", is: "missing" }] })).not.toContain("where");
    expect(isFit({ column: "day", is: ">", value: "2025-06-02" }, "date")).toBe(true);
    expect(isFit({ column: "day", is: ">", value: "2025-06-02') --" }, "date")).toBe(false);
  });

  it("has an order that is the same each time, with and without a key", () => {
    expect(rowsQuery(table({}), way, { where: [], sort: "-day", limit: 5, offset: 10 })).toContain('order by "day" desc, "id"\nlimit 5 offset 10');
    expect(rowsQuery(table({}, []), way, { where: [], sort: "day" })).toContain('order by "day", "id", "na""me"');
    expect(rowsQuery(table({}, []), way, { where: [], sort: "day" })).not.toContain("extra");
  });
});

describe("summaryQuery", () => {
  it("asks nothing of a type that it has no answer for", () => {
    const way = wayTo(table({ table: "t" }), "postgres");
    expect(summaryQuery(columns, { name: "extra", type: "json" }, way, [])).toBe('select count(*) as n, count("extra") as present\nfrom "t"');
  });
});

describe("overviewQuery", () => {
  it("counts every column in one pass, and orders only what has an order", () => {
    const way = wayTo(table({ table: "t" }), "postgres");
    const sql = overviewQuery(columns, columns.slice(2), way, [{ column: "id", is: ">", value: "3" }]);
    expect(sql).toBe('select count(*) as n,\n  count("day") as present_0,\n  count(distinct "day") as different_0,\n  min("day") as least_0,\n  max("day") as most_0,\n  count("extra") as present_1\nfrom "t"\nwhere "id" > 3');
  });
});

describe("partsOf", () => {
  it("takes doubled quotes for one", () => expect(partsOf('a."b.""c"', '"')).toEqual(["a", 'b."c']));
});
