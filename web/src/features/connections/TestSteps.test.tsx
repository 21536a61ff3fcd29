import { render, screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { TestSteps } from "./TestSteps";

const steps = [{ step: "resolve", state: "done", milliseconds: 12 }, { step: "sign_in", state: "failed", milliseconds: 3 }, { step: "read", state: "waiting" }];

it("shows how far a test came, and what to do", () => {
  render(<TestSteps steps={steps} tested={{ ok: false, message: "the server refused the password", hint: "check `password`", code: "auth", milliseconds: 15, steps }} />);
  const list = screen.getByRole("list", { name: "Steps of the test" });
  expect(within(list).getAllByRole("img").map((one) => one.getAttribute("aria-label"))).toEqual(["done", "failed", "not yet"]);
  expect(screen.getByRole("status").textContent).toBe("Log in: failed");
  expect(screen.getByRole("alert").textContent).toContain("Check password");
});

it("says what was seen at the end", () => {
  const done = [{ step: "open", state: "done" }, { step: "read", state: "done" }];
  render(<TestSteps steps={done} tested={{ ok: true, milliseconds: 15, steps: done, streams: 3 }} />);
  expect(screen.getByText("Reads: 3 tables")).toBeTruthy();
  expect(screen.getByRole("status").textContent).toBe("Works");
});
