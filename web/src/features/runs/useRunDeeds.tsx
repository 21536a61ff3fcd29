import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { body, client } from "@/api/client";
import { queries } from "@/api/query";
import { useConfirm } from "@/components/Confirm";
import { useToasts } from "@/components/Toasts";
import { formatNumber } from "@/lib/format";
import { useWorkspace } from "@/lib/workspace";
import type { Load, Run } from "./requests";

interface Undone {
  undone?: { reverted?: Record<string, number>; kept?: number; kept_samples?: string[] };
}

/** What taking loads back did, over all destinations. */
function told(nodes: unknown[]): { reverted: number; kept: number; samples: string[] } {
  const all = (nodes as Undone[]).map((node) => node.undone ?? {});
  const count = ({ inserted = 0, updated = 0, deleted = 0 }: Record<string, number>) => inserted + updated + deleted;
  return {
    reverted: all.reduce((sum, one) => sum + count(one.reverted ?? {}), 0),
    kept: all.reduce((sum, one) => sum + (one.kept ?? 0), 0),
    samples: all.flatMap((one) => one.kept_samples ?? []),
  };
}

/** What can be done with a run: each deed asks before, and says afterwards what happened. */
export function useRunDeeds(run: Run | undefined) {
  const { t } = useTranslation("runs");
  const { slug: workspace } = useWorkspace();
  const confirm = useConfirm();
  const toasts = useToasts();
  const navigate = useNavigate();
  const path = { workspace, run: run?.id ?? "" };
  const refresh = () => queries.invalidateQueries({ queryKey: ["runs"] });
  const options = (text: string) => ({
    onSuccess: () => {
      toasts.done(text);
      return refresh();
    },
    onError: (error: unknown) => toasts.failed(error),
  });
  const cancel = useMutation({ mutationFn: () => client.POST("/api/v1/workspaces/{workspace}/runs/{run}/cancel", { params: { path } }), ...options(t("cancel.done")) });
  const resume = useMutation({ mutationFn: () => client.POST("/api/v1/workspaces/{workspace}/runs/{run}/resume", { params: { path } }), ...options(t("resume.done")) });
  const undo = useMutation({
    mutationFn: () => body(client.POST("/api/v1/workspaces/{workspace}/runs/{run}/undo", { params: { path } })),
    onSuccess: (answer) => {
      // It takes longer: an event tells the end.
      if (!("nodes" in answer)) {
        toasts.done(t("undo.goes_on"));
        return refresh();
      }
      const { nodes } = answer;
      const { reverted, kept, samples } = told(nodes);
      const changed = kept > 0 ? ` ${t("undo.kept", { count: kept, rows: formatNumber(kept), keys: samples.slice(0, 5).join(", ") })}` : "";
      toasts.done(t("undo.done", { count: reverted, rows: formatNumber(reverted) }) + changed);
      return refresh();
    },
    onError: (error) => toasts.failed(error),
  });
  const retry = useMutation({ mutationFn: (node: string) => client.POST("/api/v1/workspaces/{workspace}/runs/{run}/tasks/{node}/retry", { params: { path: { ...path, node } } }), ...options(t("resume.done")) });
  const clear = useMutation({
    mutationFn: () => body(client.DELETE("/api/v1/workspaces/{workspace}/runs/{run}/quarantine", { params: { path } })),
    ...options(t("clear.done")),
  });
  return {
    /** It may take as long as the load took. */
    isUndoing: undo.isPending,
    /** How it ended is told by the answer, or will be. */
    isUndoTold: undo.isPending || undo.isError || (undo.data !== undefined && "nodes" in undo.data),
    isBusy: cancel.isPending || resume.isPending || retry.isPending || undo.isPending || clear.isPending,
    async cancel() {
      const text = run?.state.toLowerCase() === "queued" ? t("cancel.text_queued") : t("cancel.text");
      if (await confirm({ title: t("cancel.title"), text, deed: t("cancel.deed"), stay: t("cancel.stay"), destroys: true })) cancel.mutate();
    },
    async resume() {
      if (await confirm({ title: t("resume.title"), text: run?.resumable ? t("resume.text") : t("resume.text_anew"), deed: t("resume.deed") })) resume.mutate();
    },
    async retry(node: string) {
      if (await confirm({ title: t("retry.title", { node }), text: t("retry.text"), deed: t("retry.deed") })) retry.mutate(node);
    },
    async undo(loads: Load[]) {
      const what = (
        <>
          <p style={{ marginTop: 0 }}>{t("undo.text")}</p>
          <ul style={{ paddingInlineStart: 18 }}>
            {loads.filter((load) => !load.undone_at).map((load) => (
              <li key={load.id}>{t("undo.load", { count: load.rows_written, target: load.connection ? `${load.connection}/${load.target}` : load.target, rows: formatNumber(load.rows_written) })}</li>
            ))}
          </ul>
        </>
      );
      if (await confirm({ title: t("undo.title"), text: what, deed: t("undo.deed"), stay: t("undo.stay"), destroys: true })) undo.mutate();
    },
    async clear() {
      if (await confirm({ title: t("clear.title"), text: t("clear.text", { count: run?.rows_quarantined ?? 0, rows: formatNumber(run?.rows_quarantined ?? 0) }), deed: t("clear.deed"), destroys: true })) clear.mutate();
    },
    open: (id: string) => navigate({ to: "/w/$workspace/runs/$run", params: { workspace, run: id } }),
  };
}
