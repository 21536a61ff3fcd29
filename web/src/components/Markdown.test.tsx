import { render } from "@testing-library/react";
import { expect, it } from "vitest";
import { Markdown } from "./Markdown";

it("draws what is written, and nothing that runs or loads", () => {
  const { container } = render(<Markdown text={"# A `b`\n\n<img src=x onerror=alert(1)> ![p](q.png) [x](javascript:alert(1)) [y](https://example.org)\n\n| a | |\n|---|---|\n| **c** | `d` |\n\n3. three\n4. four\n"} />);
  expect(container.querySelector("h1")?.id).toBe("a-b");
  expect(container.querySelector("img, script")).toBeNull();
  expect([...container.querySelectorAll("a")].map((one) => [one.getAttribute("href"), one.rel])).toEqual([["https://example.org", "noreferrer"]]);
  expect(container.textContent).toContain("<img src=x onerror=alert(1)>");
  expect([...container.querySelectorAll("thead > tr > *")].map((one) => one.tagName)).toEqual(["TH", "TD"]);
  expect(container.querySelector("ol")?.start).toBe(3);
});
