import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useWorkspace } from "@/lib/workspace";
import { graphOf } from "./graph/document";
import { documentQuery, type Load, loadsQuery, type Run } from "./requests";

interface Undo {
  /** Loads that are in place. */
  loads: Load[];
  /** Why they cannot be taken back; none when they can. */
  why: "over" | "nothing_kept" | null;
}

/** Whether the loads of a run can be taken back: destinations keep what is needed only when they are told to. */
export function useUndo(run: Run): Undo {
  const { slug } = useWorkspace();
  const succeeded = ["done", "quarantined"].includes(run.state.toLowerCase());
  const { data: loads } = useQuery({ ...loadsQuery(slug, run.id), enabled: succeeded });
  const { data: version } = useQuery({ ...documentQuery(slug, run.pipeline_id, run.version), enabled: succeeded });
  const keepers = useMemo(() => new Set(graphOf(version?.document ?? "").nodes.filter((node) => node.keepsUndo).map((node) => node.name)), [version]);
  const inPlace = (loads ?? []).filter((load) => !load.undone_at);
  if (!succeeded || run.undone_at || inPlace.length === 0 || !version) return { loads: inPlace, why: "over" };
  return { loads: inPlace, why: inPlace.every((load) => keepers.has(load.node)) ? null : "nothing_kept" };
}
