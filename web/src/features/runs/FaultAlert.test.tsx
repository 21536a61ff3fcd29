import { render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { FaultAlert } from "./FaultAlert";
import type { Run } from "./requests";

vi.mock("@/lib/usePeople", () => ({ usePeople: () => (id: string | null | undefined) => (id === "us_1" ? "Ada" : undefined) }));
vi.mock("@/lib/workspace", () => ({ useWorkspace: () => ({ slug: "house" }) }));

const stopped = (more: Partial<Run>) => ({ state: "cancelled", stop: "cancelled", stop_reason: "somebody asked for it", ...more }) as Partial<Run> as Run;

it("names who stopped a run, and nobody who is not there any more", () => {
  const { rerender } = render(<FaultAlert run={stopped({ stopped_by: "us_1" })} />);
  expect(screen.getByRole("alert").textContent).toBe("Ada stopped this run");
  rerender(<FaultAlert run={stopped({ stopped_by: "us_gone" })} />);
  expect(screen.getByRole("alert").textContent).toBe("Somebody stopped this runsomebody asked for it");
});

it("tells of a piece of a backfill why it was stopped", () => {
  render(<FaultAlert run={stopped({ stopped_by: "us_1", backfill_id: "bf_1", stop_reason: "the backfill was ended" })} />);
  expect(screen.getByRole("alert").textContent).toBe("Ada stopped this runthe backfill was ended");
});
