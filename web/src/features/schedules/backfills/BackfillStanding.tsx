import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useMutation } from "@tanstack/react-query";
import { Ban, Pause, Play } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type Api, body, client } from "@/api/client";
import { queries } from "@/api/query";
import { useConfirm } from "@/components/Confirm";
import { DataTable } from "@/components/DataTable";
import { TextLink } from "@/components/links";
import { useToasts } from "@/components/Toasts";
import { ListSkeleton } from "@/components/Waiting";
import { formatNumber } from "@/lib/format";
import { useList } from "@/lib/useList";
import { useWorkspace } from "@/lib/workspace";
import { type Backfill, specOf, zoneOf } from "../requests";
import { spanText } from "./span";

const COLORS = { done: "success.main", active: "info.main", failed: "error.main", waiting: "action.selected" };

/** How far a backfill is; its pieces on demand. */
export function BackfillStanding({ backfill, isOpen, onToggle }: { backfill: Backfill; isOpen: boolean; onToggle: () => void }) {
  const { t } = useTranslation("schedules");
  const { slug: workspace, may } = useWorkspace();
  const confirm = useConfirm();
  const toasts = useToasts();
  const params = { path: { workspace, backfill: backfill.id } };
  const list = useList(["backfills", workspace, backfill.id], async (after) => {
    const page: Api<"Standing"> = await body(client.GET("/api/v1/workspaces/{workspace}/backfills/{backfill}", { params: { ...params, query: { limit: 200, after } } }));
    return { ...page, items: page.items.map((piece) => ({ ...piece, progress: page.progress })) };
  });
  const refresh = { onSuccess: () => queries.invalidateQueries({ queryKey: ["backfills"] }), onError: (error: unknown) => toasts.failed(error) };
  const pause = useMutation({ mutationFn: () => client.POST("/api/v1/workspaces/{workspace}/backfills/{backfill}/pause", { params }), ...refresh });
  const goOn = useMutation({ mutationFn: () => client.POST("/api/v1/workspaces/{workspace}/backfills/{backfill}/go-on", { params }), ...refresh });
  const cancel = useMutation({ mutationFn: () => client.POST("/api/v1/workspaces/{workspace}/backfills/{backfill}/cancel", { params }), ...refresh });
  const isBusy = pause.isPending || goOn.isPending || cancel.isPending;
  const state = backfill.state.toLowerCase();
  const progress = list.rows?.[0]?.progress;
  const zone = zoneOf(specOf(backfill));
  const end = async () => {
    if (await confirm({ title: t("backfill.cancel_title"), text: t("backfill.cancel_text"), deed: t("backfill.cancel_deed"), stay: t("backfill.cancel_stay"), destroys: true })) cancel.mutate();
  };
  return (
    <>
      <Typography sx={{ mt: 0.5 }}>
        <strong>{t(`backfill.state.${state}`)}</strong>
        {progress && ` · ${t("backfill.progress", { done: formatNumber(progress.done), total: formatNumber(backfill.pieces) })}`}
        {progress && progress.failed > 0 && <Box component="span" sx={{ color: "error.main", fontWeight: 600 }}> · {t("backfill.failed", { count: progress.failed, pieces: formatNumber(progress.failed) })}</Box>}
      </Typography>
      {progress && (
        <Box role="img" aria-label={t("backfill.progress", { done: formatNumber(progress.done), total: formatNumber(backfill.pieces) })} sx={{ display: "flex", height: 8, borderRadius: 1, overflow: "hidden", my: 1, bgcolor: "action.hover" }}>
          {(["done", "active", "failed"] as const).map((part) => progress[part] > 0 && <Box key={part} sx={{ bgcolor: COLORS[part] }} style={{ width: `${(progress[part] / Math.max(1, backfill.pieces)) * 100}%` }} />)}
        </Box>
      )}
      <Box sx={{ display: "flex", gap: 0.5, flexWrap: "wrap" }}>
        <Button size="small" aria-expanded={isOpen} onClick={onToggle}>{isOpen ? t("backfill.hide") : t("backfill.show")}</Button>
        {may("operator") && state === "running" && <Button size="small" color="inherit" startIcon={<Pause size={15} />} disabled={isBusy} onClick={() => pause.mutate()}>{t("pause.deed")}</Button>}
        {may("operator") && state === "paused" && <Button size="small" startIcon={<Play size={15} />} disabled={isBusy} onClick={() => goOn.mutate()}>{t("go_on.deed")}</Button>}
        {may("operator") && (state === "running" || state === "paused") && <Button size="small" color="error" startIcon={<Ban size={15} />} disabled={isBusy} onClick={() => void end()}>{t("backfill.cancel")}</Button>}
      </Box>
      {isOpen && !list.rows && <ListSkeleton rows={3} text={t("backfill.loading")} />}
      {isOpen && list.rows && (
        <Box sx={{ mt: 1 }}>
          <DataTable
            label={t("backfill.pieces")}
            rows={list.rows}
            rowKey={(piece) => String(piece.number)}
            onMore={list.more}
            isLoadingMore={list.isLoadingMore}
            height={360}
            columns={[
              { key: "number", title: "#", width: 56, cell: (piece) => formatNumber(piece.number + 1) },
              { key: "data", title: t("backfill.data"), cell: (piece) => spanText(piece, zone) },
              { key: "state", title: t("backfill.piece"), cell: (piece) => <Box component="span" sx={{ fontWeight: 600, color: piece.state.toLowerCase() === "waiting" ? "text.secondary" : COLORS[piece.state.toLowerCase() as "done"] }}>{t(`backfill.piece_state.${piece.state.toLowerCase()}`)}</Box> },
              { key: "run", title: t("backfill.run_title"), cell: (piece) => piece.run_id && <TextLink to="/w/$workspace/runs/$run" params={{ workspace, run: piece.run_id }}>{t("backfill.run")}</TextLink> },
            ]}
          />
        </Box>
      )}
    </>
  );
}
