import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { open } from "@/components/testing/page";
import { free } from "@/lib/free";
import { answer } from "@/lib/testing/server";
import { aConnection, aRun } from "@/lib/testing/things";
import { FaultAlert } from "./FaultAlert";
import type { Run } from "./requests";

const DOCUMENT = "nodes:\n  orders: { source: postgres, connection: erp, table: orders }\n  load: { destination: sqlite, connection: gone, from: orders }\n";
const version = { number: 1, pipeline_id: "pl_sales", document: DOCUMENT, connections: [], targets: [], fingerprint: "", remark: "", created_at: "2026-11-29T08:00:00Z" };
const show = (run: Run) => open({ route: "/inside/w/$workspace/runs/$run", page: () => <FaultAlert run={run} />, at: `/w/shop/runs/${run.id}` });
const href = (name: string) => screen.findByRole("link", { name }).then((link) => link.getAttribute("href"));

describe("a run that failed", () => {
  it("says why and what to do, and leads to the node and its connection", async () => {
    answer({ list_members: { items: [] }, show_versions: version, list_connections: { items: [aConnection()] }, log_logs: { items: [] } });
    show(aRun({ state: "failed", fault: free({ message: "node `orders`: the server does not answer", hint: "is it running?", temporary: false }) }));
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("the server does not answer");
    expect(alert.textContent).toContain("What to do: is it running?");
    expect(alert.textContent).toContain("This does not pass by itself.");
    expect(await href("Node orders")).toBe("/w/shop/pipelines/pl_sales?node=orders");
    expect(await href("Connection erp")).toBe("/w/shop/connections/erp");
    expect(screen.queryByRole("link", { name: "Node load" })).toBeNull();
  });

  it("leads to nodes that its log names, and to no connection that is not there", async () => {
    answer({ list_members: { items: [] }, show_versions: version, list_connections: { items: [aConnection()] }, log_logs: { items: [{ number: 1, at: version.created_at, level: "error", message: "no", node: "load" }] } });
    show(aRun({ state: "failed", fault: free({ message: "it went wrong", temporary: true }) }));
    expect(await href("Node load")).toBe("/w/shop/pipelines/pl_sales?node=load");
    expect(screen.queryByRole("link", { name: /^Connection/ })).toBeNull();
    expect(screen.getByRole("alert").textContent).toContain("This may pass by itself");
  });

  it("is not told of as failed while it tries again", async () => {
    answer({ list_members: { items: [] }, show_versions: version, list_connections: { items: [] } });
    const fault = free({ message: "node `orders`: no answer", temporary: true });
    show(aRun({ state: "failing", fault, ended_at: null }));
    expect((await screen.findByRole("alert")).textContent).toContain("The run tries again by itself.");
    await waitFor(() => expect(screen.getByRole("link", { name: "Node orders" })).toBeTruthy());
  });

  const people = { list_members: { items: [{ user_id: "us_1", name: "Ada", email: "ada@example.com", role: "editor" as const, origin: "invited", active: true, created_at: version.created_at }] } };
  const text = () => screen.getByRole("alert").textContent;

  it("that somebody stopped says so, and no fault", async () => {
    answer({ list_members: { items: [] } });
    show(aRun({ state: "cancelled", stop: "cancelled", fault: free({ message: "cancelled" }) }));
    expect((await screen.findByRole("alert")).textContent).toBe("Somebody stopped this run");
  });

  const stopped = { state: "cancelled", stop: "cancelled", stop_reason: "somebody asked for it" } as const;

  it("names who stopped it", async () => {
    answer(people);
    show(aRun({ ...stopped, stopped_by: "us_1" }));
    await waitFor(() => expect(text()).toBe("Ada stopped this run"));
  });

  it("names nobody who is not there any more", async () => {
    answer(people);
    show(aRun({ ...stopped, stopped_by: "us_gone" }));
    await waitFor(() => expect(text()).toBe("Somebody stopped this runsomebody asked for it"));
  });

  it("tells of a piece of a backfill why it was stopped", async () => {
    answer(people);
    show(aRun({ state: "cancelled", stop: "cancelled", stopped_by: "us_1", backfill_id: "bf_1", stop_reason: "the backfill was ended" }));
    await waitFor(() => expect(text()).toBe("Ada stopped this runthe backfill was ended"));
  });
});
