import { describe, expect, it } from "vitest";
import { readLines } from "@/api/lines";
import { besideSecrets, has, isSame, otherFindings, settingsFindings, without } from "./api";
import { shownSteps, standing } from "./steps";

describe("findings about settings", () => {
  const found = [
    { path: "/name", message: "a name is made of …" },
    { path: "/settings/host", message: "`host` is missing", hint: "Name of the server" },
    { path: "/settings/sftp/user", message: "`user` is missing" },
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

describe("steps of a test", () => {
  const steps = [{ step: "resolve", state: "done", milliseconds: 1500 }, { step: "connect", state: "running" }, { step: "read", state: "waiting" }];
  it("say what is under way, and where it ended", () => {
    expect(standing(steps)?.step).toBe("connect");
    expect(standing([...steps, { step: "sign_in", state: "failed" }])?.step).toBe("sign_in");
    expect(standing([{ step: "open", state: "done" }])).toBeUndefined();
    expect(shownSteps(steps)[0]).toEqual({ name: "resolve", state: "done", seconds: 1.5 });
  });
  it("come line by line, however the answer is cut", async () => {
    const pieces = ['{"a":', '1}\n{"a":2}\n{"a"', ':"é"}'].map((piece) => new TextEncoder().encode(piece));
    const body = new ReadableStream<Uint8Array>({ start: (control) => { pieces.forEach((piece) => control.enqueue(piece)); control.close(); } });
    const found: unknown[] = [];
    for await (const line of readLines(body)) found.push(line);
    expect(found).toEqual([{ a: 1 }, { a: 2 }, { a: "é" }]);
  });
});

describe("besideSecrets", () => {
  it("finds the settings that say nothing of where secrets go", () => {
    expect(besideSecrets({ properties: { host: { type: "string" }, database: { "x-beside-secrets": true } } })).toEqual(["/database"]);
  });
});
