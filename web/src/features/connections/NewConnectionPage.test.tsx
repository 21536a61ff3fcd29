import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { open } from "@/components/testing/page";
import { NewConnectionPage } from "./NewConnectionPage";

it("tells those who may make none before they fill in a form", async () => {
  // Nothing is asked of the server: it would be for nothing.
  open({ route: "/inside/w/$workspace/connections/new", page: NewConnectionPage, at: "/w/shop/connections/new", role: "operator" });
  expect(await screen.findByText("Making connections is for editors")).toBeTruthy();
  expect(screen.queryByRole("searchbox")).toBeNull();
});
