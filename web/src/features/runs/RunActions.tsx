import Button from "@mui/material/Button";
import { Ban, Play, RotateCw, Undo2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isOver } from "@/components/RunState";
import { useWorkspace } from "@/lib/workspace";
import type { Run } from "./requests";
import { RunAgainDialog } from "./RunAgainDialog";
import { useRunDeeds } from "./useRunDeeds";
import { useUndo } from "./useUndo";
import { useUndoEnd } from "./useUndoEnd";

/** What can be done with a run as it stands. What makes no sense now, or may not be done, is not there. */
export function RunActions({ run }: { run: Run }) {
  const { t } = useTranslation("runs");
  const { may } = useWorkspace();
  const deeds = useRunDeeds(run);
  const [again, setAgain] = useState(false);
  const state = run.state.toLowerCase();
  const undo = useUndo(run);
  useUndoEnd(run, deeds.isUndoTold);
  if (!may("operator")) return null;
  return (
    <>
      {!isOver(state) && !run.stop_asked_at && <Button variant="outlined" color="error" startIcon={<Ban size={16} />} disabled={deeds.isBusy} onClick={() => void deeds.cancel()}>{t("cancel.deed")}</Button>}
      {undo.why === null && <Button variant="outlined" color="inherit" startIcon={<Undo2 size={16} />} disabled={deeds.isBusy} onClick={() => void deeds.undo(undo.loads)}>{deeds.isUndoing ? t("undo.under_way") : t("undo.deed")}</Button>}
      {undo.why === "under_way" && <Button variant="outlined" color="inherit" disabled startIcon={<Undo2 size={16} />}>{t("undo.under_way")}</Button>}
      {(state === "failed" || state === "cancelled") && <Button variant={run.resumable ? "contained" : "outlined"} startIcon={<RotateCw size={16} />} disabled={deeds.isBusy} onClick={() => void deeds.resume()}>{t("resume.deed")}</Button>}
      {isOver(state) && <Button variant={run.resumable && state !== "done" ? "outlined" : "contained"} startIcon={<Play size={16} />} onClick={() => setAgain(true)}>{t("again.deed")}</Button>}
      {again && <RunAgainDialog run={run} onClose={() => setAgain(false)} />}
    </>
  );
}
