import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { open } from "@/components/testing/page";
import { free } from "@/lib/free";
import { type Answers, answer, refusal } from "@/lib/testing/server";
import { aConnection, aNotice, aPipeline, aRun, aSchedule } from "@/lib/testing/things";
import { HomePage } from "./HomePage";

const nothing: Answers = { list_pipelines: { items: [] }, list_runs: { items: [] }, list_schedules: { items: [] }, list_freshness: { items: [] }, list_notices: { items: [] }, deliveries_workspaces: { items: [] }, list_connections: { items: [] }, list_uploads: { items: [] } };
const show = () => open({ route: "/inside/w/$workspace/", page: HomePage, at: "/w/shop" });
const soon = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
/** The same pipelines whether those in use are asked for or those that were put away. */
const pipelines = (...names: string[]): Answers => ({ list_pipelines: ({ query }) => ({ items: query.archived === "true" ? [] : names.map((name) => aPipeline({ id: `pl_${name}`, name })) }) });

describe("the first page of a workspace", () => {
  it("leads through the first steps where nothing is yet, and says of those that are done that they are", async () => {
    answer({ ...nothing, list_connections: { items: [aConnection()] } });
    show();
    expect(await screen.findByRole("heading", { name: "First steps" })).toBeTruthy();
    const steps = screen.getAllByRole("listitem");
    await waitFor(() => expect(within(steps[0] as HTMLElement).getByLabelText("Done")).toBeTruthy());
    expect(within(steps[1] as HTMLElement).getByRole("link", { name: "To the files" }).getAttribute("href")).toBe("/w/shop/files");
    expect(screen.queryByText("All is well")).toBeNull();
  });

  it("does not say that all is well where nothing has run", async () => {
    answer({ ...nothing, ...pipelines("sales") });
    show();
    expect(await screen.findByText("has not run yet")).toBeTruthy();
    expect(screen.queryByText("All is well")).toBeNull();
  });

  it("says that all is well once notices, too, are known", async () => {
    let ready: () => void = () => undefined;
    const waited = new Promise<void>((done) => (ready = done));
    answer({ ...nothing, ...pipelines("sales"), list_runs: { items: [aRun()] }, list_notices: async () => { await waited; return { items: [] }; } });
    show();
    expect(await screen.findByRole("heading", { name: "Pipelines" })).toBeTruthy();
    expect(screen.queryByText("All is well")).toBeNull();
    ready();
    expect(await screen.findByText("All is well")).toBeTruthy();
  });

  it("takes a notice away at once when it is read, and shows it again with the reason when that is refused", async () => {
    let refuse: () => void = () => undefined;
    const waited = new Promise<void>((done) => (refuse = done));
    answer({ ...nothing, ...pipelines("sales"), list_runs: { items: [aRun()] }, list_notices: { items: [aNotice()] }, read_notices: async () => { await waited; return refusal(500, "the store does not answer"); } });
    show();
    await userEvent.click(await screen.findByRole("button", { name: "I have read it: sales is late" }));
    expect(await screen.findByText("All is well")).toBeTruthy();
    expect(screen.queryByText("sales is late")).toBeNull();
    refuse();
    expect(await screen.findByText("sales is late")).toBeTruthy();
    expect((await screen.findByRole("alert")).textContent).toContain("The store does not answer");
  });

  it("shows failures first, then what is late, rows in quarantine and notices", async () => {
    const runs = [aRun({ id: "rn_q", pipeline_id: "pl_people", state: "quarantined", rows_quarantined: 3 }), aRun({ id: "rn_f", pipeline_id: "pl_sales", state: "failed", fault: free({ message: "the disk is full" }) }), aRun({ id: "rn_d", pipeline_id: "pl_stock" })];
    answer({ ...nothing, ...pipelines("people", "sales", "stock"), list_runs: { items: runs }, list_schedules: { items: [aSchedule({ pipeline_id: "pl_stock", next_at: soon(-20) })] }, list_notices: { items: [aNotice({ kind: "volume", words: { title: "Fewer rows than usual", text: "3 rather than 100." } })] } });
    show();
    const card = await screen.findByRole("region", { name: "4 things wait for you" });
    const told = within(card).getAllByRole("listitem").map((line) => line.textContent);
    expect([told[0], told[1], told[2], told[3]].map((text, at) => text?.includes(["the disk is full", "no run has begun", "3 rows are in quarantine", "Fewer rows"][at] ?? "?"))).toEqual([true, true, true, true]);
    expect(within(card).getByRole("link", { name: "sales" }).getAttribute("href")).toBe("/w/shop/runs/rn_f");
    expect(screen.queryByText("All is well")).toBeNull();
  });
});
