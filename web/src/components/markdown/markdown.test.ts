import { describe, expect, it } from "vitest";
import { addressOf } from "./address";
import { readMarkdown, slugs } from "./blocks";
import { plain, readInline } from "./inline";

describe("words of a line", () => {
  it("finds marks, and leaves names with underscores alone", () => {
    expect(readInline("a **b** _c_ `d|e` snake_case_name 2*3*4 \\*x\\*")).toEqual([
      { kind: "text", text: "a " },
      { kind: "strong", inner: [{ kind: "text", text: "b" }] },
      { kind: "text", text: " " },
      { kind: "em", inner: [{ kind: "text", text: "c" }] },
      { kind: "text", text: " " },
      { kind: "code", text: "d|e" },
      { kind: "text", text: " snake_case_name 2" },
      { kind: "em", inner: [{ kind: "text", text: "3" }] },
      { kind: "text", text: "4 *x*" },
    ]);
  });
  it("reads links with code and brackets, and leaves pictures out", () => {
    expect(readInline("see [the `a[0]` page](b_(c).md#d \"title\") ![x](y.png)!")).toEqual([
      { kind: "text", text: "see " },
      { kind: "link", href: "b_(c).md#d", inner: [{ kind: "text", text: "the " }, { kind: "code", text: "a[0]" }, { kind: "text", text: " page" }] },
      { kind: "text", text: " !" },
    ]);
  });
  it("shows HTML and unfinished marks as text", () => {
    expect(plain(readInline("<img src=x onerror=alert(1)> **a `b [c](d &lt; é"))).toBe("<img src=x onerror=alert(1)> **a `b [c](d < é");
  });
});

describe("blocks of a page", () => {
  it("reads lists in lists, with code that belongs to an item", () => {
    const [list] = readMarkdown("- a\n  goes on\n  - b\n\n    ```sh\n    x\n      y\n    ```\n- c\n\nafter");
    expect(list).toMatchObject({
      kind: "list",
      items: [
        [{ kind: "paragraph" }, { kind: "list", items: [[{ kind: "paragraph" }, { kind: "code", language: "sh", text: "x\n  y" }]] }],
        [{ kind: "paragraph" }],
      ],
    });
  });
  it("reads tables with bars in cells", () => {
    const [table] = readMarkdown("| a | b |\n|---|--:|\n| `x \\| y` | 1 |\n| z |");
    expect(table).toMatchObject({
      kind: "table",
      align: ["left", "right"],
      rows: [[[{ kind: "code", text: "x | y" }], [{ text: "1" }]], [[{ text: "z" }], []]],
    });
  });
  it("gives headings names of their own", () => {
    expect(readMarkdown("# A\n## Read `x_y`, twice!\n## Read `x_y`, twice!").map((block) => block.kind === "heading" && block.id)).toEqual(["a", "read-x_y-twice", "read-x_y-twice-1"]);
    expect(slugs()("When files arrive")).toBe("when-files-arrive");
  });
  it("does not end a paragraph at a year", () => {
    expect(readMarkdown("In the year\n2026. Then").length).toBe(1);
  });
});

describe("addresses", () => {
  it.each([
    ["../reference/rights.md#roles", { kind: "page", path: "reference/rights", hash: "roles" }],
    ["server.md", { kind: "page", path: "guides/server", hash: undefined }],
    ["/help/guides/files", { kind: "page", path: "guides/files", hash: undefined }],
    ["#tests", { kind: "here", hash: "tests" }],
    ["../reference/openapi.json", { kind: "interface" }],
    ["../adr/README.md", { kind: "nowhere" }],
    ["../../deploy/docker/Dockerfile", { kind: "nowhere" }],
    ["https://example.org/a", { kind: "outside", href: "https://example.org/a" }],
    ["javascript:alert(1)", { kind: "nowhere" }],
    ["JaVaScript:alert(1)", { kind: "nowhere" }],
    ["//evil.example", { kind: "nowhere" }],
    ["data:text/html,x", { kind: "nowhere" }],
  ])("%s", (href, expected) => {
    expect(addressOf(href, "guides/loading")).toEqual(expected);
  });
});
