import type { Tested } from "./api";

export type StepState = "waiting" | "running" | "done" | "failed";
export type StepName = "settings" | "reach" | "login" | "read";

interface Test {
  isTesting: boolean;
  tested: Pick<Tested, "ok" | "code"> | undefined;
  accounts: boolean;
  reading?: { isReading: boolean; streams: number | undefined; message: string | undefined };
}

/** How far a test came. The server says what sort of fault it met; from that follows which step was the last. */
export function stepsOf({ isTesting, tested, accounts, reading }: Test): { name: StepName; state: StepState }[] {
  const names: StepName[] = accounts ? ["settings", "reach", "login"] : ["settings", "reach"];
  const last = (name: StepName) => names.indexOf(name);
  let failed = -1;
  if (tested && !tested.ok) failed = tested.code === "config" ? 0 : tested.code === "auth" && accounts ? last("login") : last("reach");
  const steps = names.map((name, index) => ({ name, state: state(index) }));
  if (reading) steps.push({ name: "read", state: !tested?.ok || isTesting ? "waiting" : reading.isReading ? "running" : reading.message !== undefined ? "failed" : reading.streams !== undefined ? "done" : "waiting" });
  return steps;

  function state(index: number): StepState {
    if (isTesting) return "running";
    if (!tested) return "waiting";
    if (tested.ok || index < failed) return "done";
    return index === failed ? "failed" : "waiting";
  }
}
