import Button from "@mui/material/Button";
import { useQuery } from "@tanstack/react-query";
import { Ban, Play, RotateCw, Undo2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isOver } from "@/components/RunState";
import { useWorkspace } from "@/lib/workspace";
import { loadsQuery, type Run } from "./requests";
import { RunAgainDialog } from "./RunAgainDialog";
import { useRunDeeds } from "./useRunDeeds";

/** What can be done with a run as it stands. What makes no sense now, or may not be done, is not there. */
export function RunActions({ run }: { run: Run }) {
  const { t } = useTranslation("runs");
  const { may, slug } = useWorkspace();
  const deeds = useRunDeeds(run);
  const [again, setAgain] = useState(false);
  const state = run.state.toLowerCase();
  const succeeded = state === "done" || state === "quarantined";
  const { data: loads } = useQuery({ ...loadsQuery(slug, run.id), enabled: succeeded });
  const mayUndo = succeeded && !run.undone_at && (loads?.some((load) => !load.undone_at) ?? false);
  if (!may("operator")) return null;
  return (
    <>
      {!isOver(state) && !run.stop_asked_at && <Button variant="outlined" color="error" startIcon={<Ban size={16} />} disabled={deeds.isBusy} onClick={() => void deeds.cancel()}>{t("cancel.deed")}</Button>}
      {mayUndo && <Button variant="outlined" color="inherit" startIcon={<Undo2 size={16} />} loading={deeds.isBusy} loadingPosition="start" onClick={() => void deeds.undo(loads ?? [])}>{t("undo.deed")}</Button>}
      {(state === "failed" || state === "cancelled") && <Button variant={run.resumable ? "contained" : "outlined"} startIcon={<RotateCw size={16} />} disabled={deeds.isBusy} onClick={() => void deeds.resume()}>{t("resume.deed")}</Button>}
      {isOver(state) && <Button variant={run.resumable && state !== "done" ? "outlined" : "contained"} startIcon={<Play size={16} />} onClick={() => setAgain(true)}>{t("again.deed")}</Button>}
      {again && <RunAgainDialog run={run} onClose={() => setAgain(false)} />}
    </>
  );
}
