import type { Step } from "./api";

export type StepState = "waiting" | "running" | "done" | "failed" | "skipped";

/** A step of a test as it is shown. */
export interface Shown {
  name: string;
  state: StepState;
  seconds: number | undefined;
}

/** The steps in the order of the server; one that it does not know yet is not shown. */
export function shownSteps(steps: Step[]): Shown[] {
  return steps.map(({ step, state, milliseconds }) => ({ name: step, state: state as StepState, seconds: milliseconds == null ? undefined : milliseconds / 1000 }));
}

/** What is under way, or where it ended: for who hears it read out. */
export function standing(steps: Step[]): Step | undefined {
  return steps.find((one) => one.state === "failed") ?? steps.find((one) => one.state === "running");
}
