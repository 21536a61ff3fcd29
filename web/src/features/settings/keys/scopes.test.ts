import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import english from "@/locales/en/settings.json";
import { grouped, preset, SCOPES, scopesOf } from "./scopes";

const ROLES = ["viewer", "operator", "editor", "admin", "owner"];

it("are the rights of the server, each with the role that holds it", () => {
  const page = readFileSync("../docs/reference/rights.md", "utf8");
  const rows = [...page.matchAll(/^\| `(\w+:\w+)` \|[^|]*\|(.*)\|$/gm)].map(([, right = "", cells = ""]) => [right, ROLES[cells.split("|").findIndex((cell) => cell.trim() === "yes")]]);
  expect(rows.length).toBeGreaterThan(10);
  expect(SCOPES).toEqual(rows);
});

it("have words for people", () => {
  const words = english.keys.scope as Record<string, Record<string, string>>;
  const areas = english.keys.area as Record<string, string>;
  for (const [scope] of SCOPES) {
    const [area = "", verb = ""] = scope.split(":");
    expect(words[area]?.[verb], scope).toBeTruthy();
    expect(areas[area], scope).toBeTruthy();
  }
});

it("offer no more than the role has", () => {
  expect(scopesOf("viewer")).not.toContain("runs:write");
  expect(preset("operate", "viewer")).toEqual(["pipelines:read", "runs:read"]);
  expect(grouped(["runs:read", "audit:read", "runs:write"])).toEqual([["runs", ["runs:read", "runs:write"]], ["audit", ["audit:read"]]]);
});
