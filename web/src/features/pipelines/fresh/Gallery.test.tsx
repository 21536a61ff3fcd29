import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { open } from "@/components/testing/page";
import { answer } from "@/lib/testing/server";
import { aConnection } from "@/lib/testing/things";
import { Gallery } from "./Gallery";
import { Setup } from "./Setup";
import { STARTERS } from "./starters";

const show = (page: () => React.ReactNode) => open({ route: "/inside/w/$workspace/pipelines/new", page, at: "/w/shop/pipelines/new" });

it("shows templates by what one wants to do, and finds them by words", async () => {
  const user = userEvent.setup();
  const onOpen = vi.fn();
  show(() => <Gallery onOpen={onOpen} />);
  const goals = await screen.findAllByRole("region");
  expect(goals).toHaveLength(7);
  expect(screen.getAllByRole("listitem")).toHaveLength(STARTERS.length);
  await user.type(screen.getByRole("searchbox"), "PEOPLE address");
  expect(screen.getByRole("status").textContent).toBe("1 template");
  await user.click(within(screen.getByRole("region", { name: "Clean and check" })).getByRole("button"));
  expect(onOpen).toHaveBeenCalledWith(STARTERS.find(({ key }) => key === "people"));
  await user.type(screen.getByRole("searchbox"), " zebra");
  await user.click(screen.getByRole("button", { name: "Show all templates" }));
  expect(screen.getAllByRole("listitem")).toHaveLength(STARTERS.length);
});

it("takes connections that are there, or names for those that are made later", async () => {
  const user = userEvent.setup();
  const onReady = vi.fn<(text: string) => void>();
  const starter = STARTERS.find(({ key }) => key === "mirror");
  if (!starter) throw new Error("no such template");
  answer({ list_connections: { items: [aConnection()] }, list_node_types: { items: ["file", "postgres", "mysql"].map((name) => ({ name, kind: "connector", title: name, summary: "", icon: "" })) } });
  show(() => <Setup slug="shop" starter={starter} free={(name) => name} onReady={onReady} onClose={() => undefined} />);
  await user.click(await screen.findByRole("combobox", { name: /Write to/ }));
  await user.click(screen.getByRole("option", { name: "One that I make later" }));
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Begin" }).disabled).toBe(true);
  await user.type(screen.getByLabelText(/Name of the connection/), "warehouse");
  await user.click(screen.getByRole("combobox", { name: /Kind of system/ }));
  await user.click(screen.getByRole("option", { name: "mysql" }));
  await user.click(screen.getByRole("button", { name: "Begin" }));
  const text = onReady.mock.calls[0]?.[0] ?? "";
  expect(text).toContain("articles: { source: postgres, connection: erp, table: articles }");
  expect(text).toContain("destination: mysql\n    connection: warehouse");
});
