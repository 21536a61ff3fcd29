import { afterEach, expect, it, vi } from "vitest";
import { copyText, NotCopied } from "./clipboard";
import { randomWord } from "./random";

// As browsers are where the connection is not encrypted: neither `navigator.clipboard` nor `crypto.randomUUID`.
afterEach(() => {
  vi.unstubAllGlobals();
  document.body.innerHTML = "";
});

function plainHttp(execCommand: (what: string) => boolean) {
  vi.stubGlobal("navigator", { ...navigator, clipboard: undefined });
  document.execCommand = execCommand;
}

it("copies by a field that is selected, and gives the focus back", async () => {
  document.body.innerHTML = '<div role="dialog"><button>Copy</button></div>';
  const button = document.querySelector("button");
  button?.focus();
  const seen: unknown[] = [];
  plainHttp((what) => {
    const field = document.querySelector("textarea");
    seen.push(what, field?.value, field?.parentElement?.getAttribute("role"));
    return true;
  });
  await copyText("a link");
  expect(seen).toEqual(["copy", "a link", "dialog"]);
  expect([document.querySelector("textarea"), document.activeElement]).toEqual([null, button]);
});

it("says when it may not", async () => {
  plainHttp(() => false);
  await expect(copyText("x")).rejects.toBeInstanceOf(NotCopied);
  vi.stubGlobal("navigator", { ...navigator, clipboard: { writeText: () => Promise.reject(new DOMException("no", "NotAllowedError")) } });
  await expect(copyText("x")).rejects.toBeInstanceOf(NotCopied);
});

it("makes words that nobody else makes", () => {
  vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
  const words = Array.from({ length: 100 }, randomWord);
  expect(new Set(words).size).toBe(100);
  expect(words.every((word) => /^[0-9a-f]{32}$/.test(word))).toBe(true);
});
