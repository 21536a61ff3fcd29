import { cleanup, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, expect, it } from "vitest";
import { open } from "@/components/testing/page";
import { answer } from "@/lib/testing/server";
import { aPipeline } from "@/lib/testing/things";
import { SearchButton } from "./Search";

const hits = [
  { kind: "pipeline", id: "pl_sales", name: "sales", detail: "what was sold" },
  { kind: "schedule", id: "sc_1", name: "sales at night", detail: "pl_sales" },
  { kind: "upload", id: "up_1", name: "sales.csv", detail: "2048 bytes" },
  { kind: "run", id: "rn_1", name: "sales", detail: "quarantined" },
];
// Newer browsers answer with a promise.
beforeAll(() => void (Element.prototype.scrollIntoView = () => Promise.resolve() as unknown as undefined));

const show = (isDrawn = true) => open({ route: "/inside/w/$workspace/runs", page: () => <><h1>Runs</h1><SearchButton workspace="shop" isDrawn={isDrawn} /></>, at: "/w/shop/runs" });
const chosen = () => screen.getAllByRole("option").find((one) => one.getAttribute("aria-selected") === "true")?.textContent;

it("leads to schedules and to files, by keys alone, and shows first what was opened last", async () => {
  const user = userEvent.setup();
  answer({ list_pipelines: { items: [aPipeline()] }, find_search: ({ query }) => ({ items: hits.filter(({ name }) => name.includes(query.q ?? "")) }) });
  const { address } = show();
  await screen.findByRole("button");
  await user.keyboard("{Control>}k{/Control}");
  expect(screen.getByText(/Type what you look for/)).toBeTruthy();
  await user.keyboard("sal");
  expect(await screen.findByText("2 kB")).toBeTruthy();
  expect(screen.getAllByRole("option").map((one) => one.textContent)).toEqual(["saleswhat was soldPipeline", "sales at nightsalesSchedule", "sales.csv2 kBFile", "salesDone, with quarantineRun"]);
  // From the first one up to the last one, and round again.
  await user.keyboard("{ArrowUp}");
  expect(chosen()).toContain("Run");
  await user.keyboard("{ArrowDown}{ArrowDown}");
  expect(screen.getByRole("combobox").getAttribute("aria-activedescendant")).toBe(screen.getAllByRole("option")[1]?.id);
  await user.keyboard("{Enter}");
  await waitFor(() => expect(address()).toBe("/w/shop/schedules?view=list&pipeline=pl_sales"));
});

it("opens what was typed, also when Enter was faster than the answer", async () => {
  const user = userEvent.setup();
  answer({ list_pipelines: { items: [aPipeline()] }, find_search: ({ query }) => ({ items: query.q === "s" ? hits : hits.filter(({ kind }) => kind === "upload") }) });
  const { address } = show();
  await user.click(await screen.findByRole("button"));
  await user.keyboard("s");
  await waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(4));
  await user.keyboard("ales.csv{Enter}");
  await waitFor(() => expect(address()).toBe("/w/shop/files?upload=up_1"));
});

it("hears its keys before its button is drawn", async () => {
  answer({ list_pipelines: { items: [] } });
  show(false);
  await screen.findByRole("heading");
  expect(screen.queryByRole("button")).toBeNull();
  await userEvent.setup().keyboard("{Control>}k{/Control}");
  expect(await screen.findByText(/Type what you look for/)).toBeTruthy();
});

it("keeps what was opened, the latest first, for the next time", async () => {
  const user = userEvent.setup();
  answer({ list_pipelines: { items: [aPipeline()] }, find_search: { items: hits } });
  const search = async () => {
    cleanup();
    const { address } = show();
    await user.click(await screen.findByRole("button"));
    return address;
  };
  for (const [at, where] of [[0, "/w/shop/pipelines/pl_sales"], [2, "/w/shop/files?upload=up_1"]] as const) {
    const address = await search();
    await user.keyboard("s");
    await waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(4));
    await user.keyboard(`${"{ArrowDown}".repeat(at)}{Enter}`);
    await waitFor(() => expect(address()).toBe(where));
  }
  await search();
  expect(screen.getByRole("listbox", { name: "Opened last" })).toBeTruthy();
  expect(screen.getAllByRole("option").map((one) => one.textContent)).toEqual(["sales.csv2 kBFile", "saleswhat was soldPipeline"]);
});
