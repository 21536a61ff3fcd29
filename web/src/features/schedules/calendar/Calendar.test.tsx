import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { open } from "@/components/testing/page";
import { free } from "@/lib/free";
import { answer, askedOf } from "@/lib/testing/server";
import { aSchedule } from "@/lib/testing/things";
import { Calendar } from "./Calendar";
import { addDays, dayOf, startOf } from "./days";

const tomorrow = addDays(dayOf(Date.now()), 1);
const at = (day: string, hour: number) => new Date(startOf(day).getTime() + hour * 3_600_000).toISOString();

it("of 300 schedules asks a few at a time, each rule once and only if it fires on these days, and shows what is known already", async () => {
  let going = 0;
  let most = 0;
  let last: () => void = () => undefined;
  const held = new Promise<void>((done) => (last = done));
  const schedules = Array.from({ length: 300 }, (_, index) => aSchedule({ id: `sc_${index}`, pipeline_id: `pl_${index}`, next_at: index < 40 ? at(tomorrow, 3) : index < 200 ? at(addDays(tomorrow, 60), 3) : null, paused: index >= 200 && index < 250, spec: free({ number: index === 1 ? 0 : index }) }));
  answer({
    list_runs: { items: [] },
    forecast_schedule_forecast: async ({ body }) => {
      most = Math.max(most, ++going);
      if ((body.spec as { number?: number }).number === 39) await held;
      going--;
      return { fires: [{ at: at(tomorrow, 3), local: "03:00" }], words: free({}) };
    },
  });
  open({ route: "/inside/w/$workspace/schedules", page: () => <Calendar workspace="shop" span="week" day={tomorrow} onDay={() => undefined} schedules={schedules} pipeline={undefined} nameOf={(id) => id} />, at: "/w/shop/schedules" });
  // All but one are there: the day is drawn, and the rest is told of.
  expect(await screen.findByText("39 of 40 schedules")).toBeTruthy();
  expect(screen.getByRole("progressbar")).toBeTruthy();
  expect(within(screen.getByRole("grid")).getAllByText(/and \d+ more/).length).toBe(1);
  last();
  await waitFor(() => expect(screen.queryByRole("progressbar")).toBeNull());
  expect(askedOf("forecast_schedule_forecast")).toHaveLength(39);
  expect(most).toBeLessThanOrEqual(4);
});
