import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it } from "vitest";
import { open } from "@/components/testing/page";
import { setLanguage } from "@/lib/i18n";
import { answer, askedOf } from "@/lib/testing/server";
import { withHeights } from "@/lib/testing/heights";
import { aRun } from "@/lib/testing/things";
import { LogsTab } from "./LogsTab";

const AT = "2026-11-29T08:00:00Z";
const version = { number: 1, pipeline_id: "pl_sales", document: "", connections: [], targets: [], fingerprint: "", remark: "", created_at: AT };
const aLine = (number: number, message: string) => ({ number, at: AT, level: "info" as const, message });
const show = () => open({ route: "/inside/w/$workspace/runs/$run", page: () => <LogsTab run={aRun({ state: "done" })} />, at: "/w/shop/runs/rn_1?tab=logs" });

withHeights((element) => (element.hasAttribute("data-index") ? 24 : 600));
afterEach(() => setLanguage("en"));

it("asks the server for what is looked for in its own words", async () => {
  answer({ show_versions: version, log_logs: ({ query }) => ({ items: query.search ? [aLine(2, "7310 rows are in place")] : [aLine(1, "begun")] }) });
  show();
  await userEvent.type(await screen.findByRole("searchbox"), "in place");
  expect(await screen.findByText("7310 rows are in place")).toBeTruthy();
  expect(askedOf("log_logs").at(-1)?.query.search).toBe("in place");
});

it("finds words of the page's language in all lines, also in those that were not read yet", async () => {
  await setLanguage("fr");
  answer({ show_versions: version, log_logs: ({ query }) => (query.after ? { items: [aLine(2, "7310 rows are in place")] } : { items: [aLine(1, "`orders` begins for the data of 2026-11-29")], next: "1" }) });
  show();
  await userEvent.type(await screen.findByRole("searchbox"), "lignes en place");
  expect(await screen.findByText(/lignes en place/)).toBeTruthy();
  await waitFor(() => expect(screen.queryByText(/commence pour/)).toBeNull());
  expect(askedOf("log_logs").every(({ query }) => query.search === undefined)).toBe(true);
});
