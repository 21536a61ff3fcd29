import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { open } from "@/components/testing/page";
import { Within } from "./Edges";

it("says of a workspace that one is not in that it is not there, and leads away", async () => {
  open({ route: "/inside/w/$workspace/runs", page: Within, at: "/w/elsewhere/runs" });
  expect(await screen.findByText("There is no workspace “elsewhere” for you")).toBeTruthy();
  expect(screen.getByRole("link").getAttribute("href")).toBe("/");
});
