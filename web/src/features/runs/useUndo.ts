import { useQuery } from "@tanstack/react-query";
import { useWorkspace } from "@/lib/workspace";
import { type Load, loadsQuery, type Run } from "./requests";

interface Undo {
  /** Loads that are in place. */
  loads: Load[];
  /** Why they cannot be taken back; none when they can. */
  why: "over" | "under_way" | "nothing_kept" | "expired" | null;
  /** Until when they can: the first moment at which one cannot any more. */
  until?: string;
}

/** Whether the loads of a run can be taken back: destinations keep what is needed only when they are told to, and for a while. */
export function useUndo(run: Run): Undo {
  const { slug } = useWorkspace();
  const succeeded = ["done", "quarantined"].includes(run.state.toLowerCase());
  const { data } = useQuery({ ...loadsQuery(slug, run.id), enabled: succeeded });
  return undoOf(run, succeeded ? (data ?? []) : []);
}

export function undoOf(run: Pick<Run, "undone_at" | "undoing_at">, all: Load[]): Undo {
  const loads = all.filter((load) => !load.undone_at);
  if (run.undone_at || loads.length === 0) return { loads, why: "over" };
  if (run.undoing_at) return { loads, why: "under_way" };
  if (loads.some((load) => load.lasting === "nothing_kept")) return { loads, why: "nothing_kept" };
  if (loads.some((load) => load.lasting === "expired")) return { loads, why: "expired" };
  const until = loads.flatMap((load) => load.undoable_until ?? []).sort()[0];
  return { loads, why: null, until };
}
