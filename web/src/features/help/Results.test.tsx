import { screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { open } from "@/components/testing/page";
import { Results } from "./Results";

it("says that nothing is found only once the paragraphs have come", async () => {
  let come: (texts: Response) => void = () => undefined;
  vi.stubGlobal("fetch", () => new Promise<Response>((done) => (come = done)));
  open({ route: "/inside/w/$workspace/runs", page: () => <Results text="quarantine" entries={[]} />, at: "/w/shop/runs" });
  expect(await screen.findByRole("heading", { level: 1 })).toBeTruthy();
  expect(screen.queryByText("Nothing found")).toBeNull();
  come(Response.json([]));
  expect(await screen.findByText("No document has these words")).toBeTruthy();
  vi.unstubAllGlobals();
});
