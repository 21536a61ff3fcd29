import Box from "@mui/material/Box";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { ProblemAlert } from "@/components/ProblemAlert";
import { isOver } from "@/components/RunState";
import { Waiting } from "@/components/Waiting";
import { useWorkspace } from "@/lib/workspace";
import { Comparison } from "./Comparison";
import { Facts } from "./Facts";
import { graphOf } from "./graph/document";
import { standingOf } from "./graph/standing";
import { NodePanel } from "./NodePanel";
import { documentQuery, faultOf, type Run, tasksQuery } from "./requests";
import { useFailedNodes } from "./useFailedNodes";
import { useProgress } from "./useProgress";

const RunGraph = lazy(async () => ({ default: (await import("./graph/RunGraph")).RunGraph }));

/** The pipeline as it runs, the numbers of the run, and how it compares with the one before. */
export function OverviewTab({ run }: { run: Run }) {
  const { t } = useTranslation("runs");
  const { slug } = useWorkspace();
  const { node: selected } = useSearch({ from: "/inside/w/$workspace/runs/$run" });
  const navigate = useNavigate({ from: "/w/$workspace/runs/$run" });
  const state = run.state.toLowerCase();
  const version = useQuery(documentQuery(slug, run.pipeline_id, run.version));
  const { data: tasks = [] } = useQuery(tasksQuery(slug, run.id));
  const progress = useProgress(slug, run.id, !isOver(state));
  const failed = useFailedNodes(run, faultOf(run)?.message);
  const graph = useMemo(() => graphOf(version.data?.document ?? ""), [version.data]);
  const standings = new Map(graph.nodes.map((node) => [node.name, standingOf(node, state, tasks, progress, failed)]));
  const node = graph.nodes.find((one) => one.name === selected);
  const select = (name: string | undefined) => void navigate({ search: name ? { node: name } : {}, replace: true, resetScroll: false });
  const close = (name: string) => {
    // Keys that went to the panel go to the node that it was of.
    document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(name)}"]`)?.focus();
    select(undefined);
  };
  return (
    <Box sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
      <Facts run={run} progress={progress} />
      {version.error && <ProblemAlert error={version.error} onRetry={() => void version.refetch()} />}
      {version.isPending && <Waiting text={t("loading_graph")} />}
      {graph.nodes.length > 0 && (
        <Suspense fallback={<Waiting text={t("loading_graph")} />}>
          <RunGraph graph={graph} standings={standings} selected={selected} onSelect={select} />
        </Suspense>
      )}
      {node && <NodePanel run={run} node={node} tasks={tasks} standing={standings.get(node.name)} onClose={() => close(node.name)} />}
      {isOver(state) && <Comparison run={run} tasks={tasks} />}
    </Box>
  );
}
