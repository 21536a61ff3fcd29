import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useQuery } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import { open } from "@/components/testing/page";
import { free } from "@/lib/free";
import { schedulesQuery } from "@/lib/schedules";
import { withHeights } from "@/lib/testing/heights";
import { answer, askedOf, refusal } from "@/lib/testing/server";
import { aSchedule } from "@/lib/testing/things";
import { ScheduleList } from "./ScheduleList";

function Page() {
  const { data } = useQuery(schedulesQuery("shop"));
  return data ? <ScheduleList workspace="shop" schedules={data} nameOf={(id) => id} onEdit={() => undefined} /> : null;
}

const show = () => open({ route: "/inside/w/$workspace/schedules", page: Page, at: "/w/shop/schedules" });
const words = ({ body }: { body: { spec: unknown } }) => ({ fires: [], words: free({ en: `by ${(body.spec as { cron: string }).cron}` }) });

describe("the list of rules", () => {
  withHeights((element) => (element.getAttribute("role") === "region" ? 600 : 110));

  it("of 300 schedules draws those in view, and asks for the words of these, a few at a time", async () => {
    let going = 0;
    let most = 0;
    const schedules = Array.from({ length: 300 }, (_, index) => aSchedule({ id: `sc_${index}`, pipeline_id: `pl_${String(index).padStart(3, "0")}`, spec: free({ cron: `${index}` }) }));
    answer({ list_schedules: { items: schedules }, forecast_schedule_forecast: async (asked) => { most = Math.max(most, ++going); await new Promise((done) => setTimeout(done, 2)); going--; return words(asked); } });
    show();
    expect(await screen.findByText("by 0")).toBeTruthy();
    await waitFor(() => expect(screen.getByText("by 5")).toBeTruthy());
    await waitFor(() => expect(going).toBe(0));
    expect(screen.queryByRole("link", { name: "pl_250" })).toBeNull();
    expect(askedOf("forecast_schedule_forecast").length).toBeLessThan(40);
    expect(most).toBeLessThanOrEqual(4);
  });

  it("shows at once that a schedule pauses, and that it does not when that is refused", async () => {
    let refuse: () => void = () => undefined;
    const waited = new Promise<void>((done) => (refuse = done));
    answer({ list_schedules: { items: [aSchedule()] }, forecast_schedule_forecast: words, pause_schedules: async () => { await waited; return refusal(409, "somebody deleted it"); } });
    show();
    await userEvent.click(await screen.findByRole("button", { name: "Pause" }));
    const list = within(screen.getByRole("region"));
    expect(await list.findByText("Paused")).toBeTruthy();
    expect(list.getByText(/Fires again when somebody resumes it/)).toBeTruthy();
    refuse();
    expect((await screen.findByRole("alert")).textContent).toContain("Somebody deleted it");
    expect(list.getByRole("button", { name: "Pause" })).toBeTruthy();
  });
});
