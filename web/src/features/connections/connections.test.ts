import { describe, expect, it } from "vitest";
import { has, isSame, otherFindings, settingsFindings, without } from "./api";
import { stepsOf } from "./steps";

describe("findings about settings", () => {
  const found = [
    { path: "/name", message: "a name is made of …" },
    { path: "/settings", message: "`host` is missing", hint: "Name of the server" },
    { path: "/settings/sftp", message: "`user` is missing" },
    { path: "/settings/hos", message: "unknown key `hos`" },
    { path: "/settings", message: "give `table` or `query`" },
  ];
  it("stand at the field that they are about", () => {
    expect(settingsFindings(found).map((one) => one.path)).toEqual(["/host", "/sftp/user", "/hos", ""]);
  });
  it("are not lost when there is no field for them", () => {
    expect(otherFindings(found)).toEqual([found[4]]);
  });
});

describe("settings with secrets", () => {
  const settings = { root: "sftp://a", sftp: { private_key: "k", known_hosts: "h" } };
  it("are compared without them", () => {
    expect(isSame(without(settings, ["/sftp/private_key"]), { sftp: { known_hosts: "h" }, root: "sftp://a" })).toBe(true);
    expect(settings.sftp.private_key).toBe("k");
  });
  it("tell which were typed", () => {
    expect(has(settings, "/sftp/private_key")).toBe(true);
    expect(has({ root: "a" }, "/sftp/private_key")).toBe(false);
  });
});

describe("stepsOf", () => {
  const step = (code: string | undefined, ok = false) => stepsOf({ isTesting: false, tested: { ok, code }, accounts: true }).map((one) => one.state);
  it("ends at the step that failed", () => {
    expect(step("auth")).toEqual(["done", "done", "failed"]);
    expect(step("unavailable")).toEqual(["done", "failed", "waiting"]);
    expect(step("config")).toEqual(["failed", "waiting", "waiting"]);
    expect(step(undefined, true)).toEqual(["done", "done", "done"]);
  });
});
