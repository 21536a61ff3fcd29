import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { open } from "@/components/testing/page";
import { free } from "@/lib/free";
import { answer, askedOf, refusal } from "@/lib/testing/server";
import { aPipeline, aRun } from "@/lib/testing/things";
import { RunsPage } from "./RunsPage";

const show = (search = "") => open({ route: "/inside/w/$workspace/runs", page: RunsPage, at: `/w/shop/runs${search}` });

describe("the list of runs", () => {
  it("says what it waits for, then shows rows that lead to their runs and to their quarantine", async () => {
    let ready: () => void = () => undefined;
    const waited = new Promise<void>((done) => (ready = done));
    const runs = [aRun({ id: "rn_2", state: "quarantined", rows_quarantined: 4, rows_written: 1234 }), aRun({ state: "failed", cause: "schedule", fault: free({ message: "the disk is full" }) })];
    answer({ list_pipelines: { items: [aPipeline()] }, list_runs: async () => { await waited; return { items: runs }; } });
    show();
    expect(await screen.findByRole("status", { name: "Reading runs" })).toBeTruthy();
    ready();
    const [, first, second] = await screen.findAllByRole("row");
    if (!first || !second) throw new Error("no rows");
    expect(within(first).getByText("1,234")).toBeTruthy();
    expect(within(first).getByRole("link", { name: "sales" }).getAttribute("href")).toBe("/w/shop/runs/rn_2");
    expect(within(first).getByRole("link", { name: "4", hidden: true }).getAttribute("href")).toBe("/w/shop/runs/rn_2?tab=quarantine");
    expect(within(second).getByText("Failed")).toBeTruthy();
    expect(within(second).getByTitle("the disk is full")).toBeTruthy();
    expect(screen.queryByRole("status", { name: "Reading runs" })).toBeNull();
  });

  it("teaches where nothing has run, and leads back from filters that find nothing", async () => {
    answer({ list_pipelines: { items: [aPipeline()] }, list_runs: ({ query }) => ({ items: query.state ? [] : [aRun()] }) });
    const { address } = show("?state=failed");
    expect(await screen.findByText("No run is like that")).toBeTruthy();
    expect(askedOf("list_runs")[0]?.query).toMatchObject({ state: "failed" });
    await userEvent.click(screen.getAllByRole("button", { name: "Clear filters" })[1] as HTMLElement);
    expect(await screen.findByRole("link", { name: "sales" })).toBeTruthy();
    expect(address()).toBe("/w/shop/runs");
  });

  it("leads to the pipelines where nothing has run yet", async () => {
    answer({ list_pipelines: { items: [] }, list_runs: { items: [] } });
    show();
    expect(await screen.findByText("Nothing has run yet")).toBeTruthy();
    expect(screen.getByRole("link", { name: "To the pipelines" }).getAttribute("href")).toBe("/w/shop/pipelines");
  });

  it("says why it cannot be read, and reads again when it is asked to", async () => {
    answer({ list_pipelines: { items: [aPipeline()] }, list_runs: refusal(500, "the store does not answer", { code: "internal", hint: "look at its log" }) });
    show();
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("The store does not answer");
    expect(alert.textContent).toContain("Look at its log");
    answer({ list_runs: { items: [aRun()] } });
    await userEvent.click(within(alert).getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("link", { name: "sales" })).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("puts the longest runs first at one press, the shortest at the next, and keeps the order in the address", async () => {
    answer({ list_pipelines: { items: [aPipeline()] }, list_runs: { items: [aRun()] } });
    const { address } = show();
    const head = async () => within(await screen.findByRole("table")).getByRole("button", { name: "Duration", hidden: true });
    await userEvent.click(await head());
    expect(address()).toBe("/w/shop/runs?sort=-duration");
    await userEvent.click(await head());
    expect(address()).toBe("/w/shop/runs?sort=duration");
    await userEvent.click(within(await screen.findByRole("table")).getByRole("button", { name: "When" }));
    expect(address()).toBe("/w/shop/runs");
    expect(askedOf("list_runs").map((asked) => asked.query.sort)).toEqual(["-created", "-duration", "duration"]);
  });
});
