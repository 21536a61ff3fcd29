import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import FormControlLabel from "@mui/material/FormControlLabel";
import MenuItem from "@mui/material/MenuItem";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ScrollText } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { body, client } from "@/api/client";
import type { LiveEvent } from "@/api/live";
import { EmptyState } from "@/components/EmptyState";
import { ProblemAlert } from "@/components/ProblemAlert";
import { isOver } from "@/components/RunState";
import { ListSkeleton } from "@/components/Waiting";
import { currentLanguage } from "@/lib/i18n";
import { plain } from "@/lib/plain";
import { say } from "@/lib/sayings";
import { useDebounced } from "@/lib/useDebounced";
import { useList } from "@/lib/useList";
import { useLive } from "@/lib/useLive";
import { useWorkspace } from "@/lib/workspace";
import { graphOf } from "./graph/document";
import { Lines } from "./Lines";
import { documentQuery, type Line, type Run } from "./requests";

const LEVELS = ["info", "warn", "error"] as const;

/** What the run said: by level, node and words; new lines come by themselves. */
export function LogsTab({ run }: { run: Run }) {
  const { t } = useTranslation("runs");
  const { slug: workspace } = useWorkspace();
  const search = useSearch({ from: "/inside/w/$workspace/runs/$run" });
  const navigate = useNavigate({ from: "/w/$workspace/runs/$run" });
  const isLive = !isOver(run.state.toLowerCase());
  const [text, setText] = useState(search.search ?? "");
  const settled = useDebounced(text.trim(), 250);
  const [follow, setFollow] = useState(isLive);
  const { level, node } = search;
  const set = (change: Partial<typeof search>) => void navigate({ search: { tab: "logs", level, node, search: settled || undefined, ...change }, replace: true });
  useEffect(() => {
    if ((search.search ?? "") !== settled) void navigate({ search: { tab: "logs", level, node, search: settled || undefined }, replace: true });
  }, [settled, search.search, level, node, navigate]);

  const { data: version } = useQuery(documentQuery(workspace, run.pipeline_id, run.version));
  const nodes = graphOf(version?.document ?? "").nodes;
  // The server knows the words that it said itself. Those of another language are looked for here, among all lines.
  const isSaid = settled !== "" && currentLanguage() !== "en";
  const query = { level: level as Line["level"] | undefined, node, search: isSaid ? undefined : settled || undefined, limit: isSaid ? 1000 : 500 };
  const key = ["runs", workspace, run.id, "logs", level, node, isSaid ? true : settled];
  const list = useList(key, (after) => body(client.GET("/api/v1/workspaces/{workspace}/runs/{run}/logs", { params: { path: { workspace, run: run.id }, query: { ...query, after } } })));
  const fits = (line: Line) => (!level || LEVELS.indexOf(line.level.toLowerCase() as "info") >= LEVELS.indexOf(level as "info")) && (!node || line.node === node) && [line.message, ...(isSaid ? [say(line.message)] : [])].some((words) => plain(words).includes(plain(settled)));
  const [tail, setTail] = useState<Line[]>([]);
  const hear = (event: LiveEvent) => {
    if (event.kind === "run.log") setTail((before) => [...before, ...((event.body.lines as Line[] | undefined) ?? [])].slice(-5000));
  };
  useLive(isLive ? { workspace, run: run.id } : undefined, hear, () => void list.refetch());
  // Whoever follows wants the end, and who looks for something all that there is: everything is read.
  const { more } = list;
  const isAll = follow || isSaid;
  useEffect(() => {
    if (isAll) more();
  }, [isAll, more]);

  const last = list.rows?.at(-1)?.number ?? 0;
  const known = isSaid ? (list.rows ?? []).filter(fits) : (list.rows ?? []);
  const lines = [...known, ...tail.filter((line, index) => line.number > last && fits(line) && tail.findIndex((one) => one.number === line.number) === index)];
  const isFiltered = Boolean(level ?? node) || settled !== "";
  return (
    <>
      <Box sx={{ display: "flex", gap: 1.5, flexWrap: "wrap", alignItems: "center", mb: 1.5 }}>
        <TextField label={t("logs.search")} value={text} onChange={(event) => setText(event.target.value)} type="search" sx={{ flex: "1 1 200px", width: "auto" }} />
        <TextField select label={t("logs.level")} value={level ?? ""} onChange={(event) => set({ level: event.target.value || undefined })} sx={{ width: 170 }} slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}>
          <MenuItem value="">{t("logs.everything")}</MenuItem>
          {LEVELS.slice(1).map((one) => <MenuItem key={one} value={one}>{t(`logs.from.${one}`)}</MenuItem>)}
        </TextField>
        <TextField select label={t("logs.node")} value={node ?? ""} onChange={(event) => set({ node: event.target.value || undefined })} sx={{ width: 170 }} slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}>
          <MenuItem value="">{t("logs.all_nodes")}</MenuItem>
          {nodes.map((one) => <MenuItem key={one.name} value={one.name}>{one.name}</MenuItem>)}
        </TextField>
        {isLive && <FormControlLabel control={<Switch size="small" checked={follow} onChange={(event) => setFollow(event.target.checked)} />} label={t("logs.follow")} />}
      </Box>
      {list.error ? (
        <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />
      ) : !list.rows ? (
        <ListSkeleton text={t("loading_logs")} />
      ) : lines.length === 0 && isSaid && list.hasMore ? (
        <ListSkeleton text={t("loading_logs")} />
      ) : lines.length === 0 ? (
        <EmptyState icon={<ScrollText />} title={isFiltered ? t("logs.nothing") : t("logs.none")} text={isFiltered ? undefined : isLive ? t("logs.soon") : undefined} action={isFiltered ? <Button variant="outlined" onClick={() => { setText(""); set({ level: undefined, node: undefined, search: undefined }); }}>{t("logs.reset")}</Button> : undefined} />
      ) : (
        <Lines lines={lines} follow={follow && isLive} onMore={list.more} onNode={(name) => set({ node: name })} />
      )}
    </>
  );
}
