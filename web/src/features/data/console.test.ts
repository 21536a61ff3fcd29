import { renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { Problem } from "@/api/problem";
import { asked, readDraft, readHistory, useDraft } from "./memory";
import { placeOf } from "./place";
import { groupsOf, headsOf, linesOf } from "./tree";

const problem = (detail: string) => new Problem(422, { code: "invalid", detail });

describe("placeOf", () => {
  it("finds the line that PostgreSQL names, and the word in it", () => {
    expect(placeOf(problem('node `rows`: reading the query (line 2): relation "nowhere" does not exist'), "select *\nfrom nowhere")).toMatchObject({ line: 2, column: 6 });
  });
  it("finds the line that MySQL names, not the one of the document", () => {
    expect(placeOf(problem("line 1: the server does not accept the SQL: … right syntax to use near 'frm b' at line 3"), "select a\n\nfrm b")).toMatchObject({ line: 3, column: 1 });
  });
  it("finds the word that SQLite names", () => {
    expect(placeOf(problem('line 1: the database `shop.db` refuses the SQL: near "frm": syntax error'), "select *\nfrm sales")).toMatchObject({ line: 2, column: 1 });
  });
  it("believes the server, which knows the place", () => {
    const told = new Problem(422, { code: "invalid", detail: "unknown column", problems: [{ path: "/settings/query", message: "unknown column", line: 2, column: 5 }] });
    expect(placeOf(told, "select\n    x\nfrom a")).toMatchObject({ line: 2, column: 5 });
  });
  it("says nothing when nothing is said", () => expect(placeOf(problem("line 1: the query gives no columns"), "delete from a")).toBeUndefined());
});

describe("what was asked", () => {
  it("puts the latest first, once", () => expect(asked(["a", "b"], " b ")).toEqual(["b", "a"]));
  it("survives what a browser holds", () => {
    expect(readHistory("{")).toEqual([]);
    expect(readHistory('{"history":[1,"a"],"saved":[]}')).toEqual(["a"]);
  });
});

describe("groupsOf", () => {
  const stream = (name: string, settings: object, columns: string[] = []) => ({ name, settings: settings as Record<string, never>, columns: columns.map((column) => ({ name: column, type: "text", nullable: true })), primary_key: [] });
  const streams = [stream("public.orders", { table: "public.orders" }, ["customer"]), stream("logs/a.LOG", { path: "logs/a.LOG" }), stream("sales.csv", { path: "sales.csv" })];

  it("groups tables by schema and files by folder, and finds columns", () => {
    expect(groupsOf(streams, "").map((group) => [group.name, group.streams.map((one) => one.label)])).toEqual([["", ["sales.csv"]], ["logs", ["a.LOG"]], ["public", ["orders"]]]);
    expect(groupsOf(streams, "CUST").flatMap((group) => group.streams.map((one) => one.label))).toEqual(["orders"]);
  });

  it("draws every table below the head of its group, and none of a group that is closed", () => {
    const lines = linesOf(groupsOf(streams, ""), new Set(["logs"]));
    expect(lines.map((line) => ("stream" in line ? line.label : `[${line.group}]`))).toEqual(["sales.csv", "[logs]", "[public]", "orders"]);
    expect(lines.map((_, index) => headsOf(lines)(index))).toEqual([-1, 1, 2, 2]);
    expect(linesOf(groupsOf(streams, "cust"), new Set()).map((line) => "stream" in line)).toEqual([true]);
  });
});

describe("what is being written", () => {
  it("is there again when the console is, for its connection only", () => {
    const draftOf = (connection: string) => renderHook(() => useDraft("shop", connection)).result.current;
    draftOf("erp")[1]({ sql: "select 42" });
    expect([draftOf("erp")[0], draftOf("logs")[0]]).toEqual([{ sql: "select 42" }, undefined]);
    draftOf("erp")[1](undefined);
    expect(draftOf("erp")[0]).toBe(undefined);
  });
  it("reads what is being written, and nothing of another kind", () => {
    expect(readDraft(JSON.stringify({ sql: "select 1", saved: { id: "q" } }))).toEqual({ sql: "select 1", saved: { id: "q" } });
    for (const text of [null, "", "{", "5", "null", JSON.stringify({ sql: 5 })]) expect(readDraft(text)).toBe(undefined);
  });
});
