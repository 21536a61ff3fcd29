import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { body, client } from "@/api/client";
import { Problem } from "@/api/problem";
import { queries } from "@/api/query";
import { Marked } from "@/components/Marked";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { say } from "@/lib/sayings";
import { useWorkspace } from "@/lib/workspace";
import { nodeOf } from "../graph/standing";
import { detailOf, type Reject, type RejectingNode, type Run, tasksQuery } from "../requests";
import { columnsOf, type Corrections, sent } from "./repair";
import { RepairGrid } from "./RepairGrid";

interface Props {
  run: Run;
  rows: Reject[];
  nodes: RejectingNode[];
  /** So many rows went on. */
  onDone: (runs: Run[], rows: number) => void;
  onClose: () => void;
}

/** Corrects rows in place and sends them on: they enter the pipeline where they were rejected. */
export function Repair({ run, rows, nodes, onDone, onClose }: Props) {
  const { t } = useTranslation("runs");
  const { slug: workspace } = useWorkspace();
  const [corrections, setCorrections] = useState<Corrections>(new Map());
  const { data: tasks = [] } = useQuery(tasksQuery(workspace, run.id));
  const guarded = useLeaveGuard(corrections.size > 0);
  const title = useRef<HTMLHeadingElement>(null);
  // The button that led here is gone: keys go on from here.
  useEffect(() => title.current?.focus(), []);
  const blocked = new Set(nodes.filter((node) => node.why_not).map(({ node }) => node));
  const free = rows.filter((row) => !blocked.has(row.node));
  const send = useMutation({
    mutationFn: () => body(client.POST("/api/v1/workspaces/{workspace}/runs/{run}/quarantine/repairs", { params: { path: { workspace, run: run.id } }, body: { rows: sent(free, corrections) } })),
    onSuccess: async ({ items }) => {
      await queries.invalidateQueries({ queryKey: ["runs"] });
      onDone(items, free.length);
    },
  });
  const names = [...new Set(rows.map((row) => row.node))];
  const refused = refusals(send.error, free);
  return (
    <Box component="section" aria-labelledby="repair" sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
      <Box>
        <Typography ref={title} variant="h2" id="repair" tabIndex={-1} sx={{ outline: "none" }}>{t("repair.title", { count: rows.length })}</Typography>
        {free.length > 0 && <Typography color="textSecondary" sx={{ maxWidth: 820 }}>{t("repair.text")}</Typography>}
      </Box>
      {names.map((name) => {
        const own = rows.filter((row) => row.node === name);
        const node = nodes.find((one) => one.node === name);
        const known = (detailOf(tasks.find((task) => task.node === name) ?? {}).columns ?? []).map(([column]) => column);
        return (
          <Box key={name} sx={{ display: "flex", flexDirection: "column", gap: 1 }}>
            <Typography variant="h3">{t(node?.why_not ? "repair.stays" : "repair.enters", { count: own.length, node: nodeOf(name) })}</Typography>
            {node?.why_not ? (
              <Alert severity="warning"><Marked text={[node.why_not, node.hint].flatMap((words) => (words ? [say(words)] : [])).join(" · ")} /></Alert>
            ) : (
              <Typography variant="body2" color="textSecondary">{node?.landings.map((landing) => t("repair.lands", { target: landing.target, mode: t(`mode.${landing.lands}`) })).join(" · ")}</Typography>
            )}
            {/* Nobody corrects what cannot be sent. */}
            {!node?.why_not && <RepairGrid label={t("repair.rows_of", { node: nodeOf(name) })} rows={own} columns={columnsOf(own, known)} corrections={corrections} onChange={setCorrections} refused={refused} />}
          </Box>
        );
      })}
      {send.error && <ProblemAlert error={send.error} />}
      <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap", alignItems: "center" }}>
        {free.length > 0 && <Button variant="contained" startIcon={<Send size={16} />} disabled={send.isPending} onClick={() => send.mutate()}>{send.isPending ? t("repair.sending") : t("repair.deed", { count: free.length })}</Button>}
        <Button color="inherit" disabled={send.isPending} onClick={() => guarded(onClose)}>{t(free.length > 0 ? "common:cancel" : "common:close")}</Button>
        {free.length > 0 && <Typography variant="body2" color="textSecondary" role="status">{t("repair.corrected", { count: corrections.size, rows: free.length })}</Typography>}
      </Box>
    </Box>
  );
}

/** Which values the server refused, by row and column. */
function refusals(error: unknown, rows: Reject[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (!(error instanceof Problem)) return found;
  for (const { path, message } of error.problems) {
    const [, at, column] = /^\/rows\/(\d+)\/values\/(.+)$/.exec(path) ?? [];
    const row = rows[Number(at)];
    if (row && column !== undefined) found.set(`${row.number}.${column.replaceAll("~1", "/").replaceAll("~0", "~")}`, message);
  }
  return found;
}
