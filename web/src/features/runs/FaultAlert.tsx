import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Typography from "@mui/material/Typography";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Marked } from "@/components/Marked";
import { isOver } from "@/components/RunState";
import { say } from "@/lib/sayings";
import { usePeople } from "@/lib/usePeople";
import { useWorkspace } from "@/lib/workspace";
import { faultOf, type Run } from "./requests";

// It reads the document of the pipeline, which runs that went well do not need.
const FaultWays = lazy(async () => ({ default: (await import("./FaultWays")).FaultWays }));

/** Why it failed and the way out, before everything else. */
export function FaultAlert({ run }: { run: Run }) {
  const { t } = useTranslation("runs");
  const fault = faultOf(run);
  const state = run.state.toLowerCase();
  const stops = run.stop_asked_at && !isOver(state);
  const { slug } = useWorkspace();
  const by = usePeople(slug)(run.stopped_by);
  // Who stopped it says more than that somebody asked for it; of a backfill, the reason says more.
  const why = by && !run.backfill_id ? undefined : run.stop_reason;
  return (
    <>
      {stops && <Alert severity="info" sx={{ mb: 2 }}>{t("stopping")}</Alert>}
      {state === "cancelled" && (
        <Alert severity="info" sx={{ mb: 2 }}>
          <AlertTitle sx={{ fontWeight: 600, mb: 0 }}>{by ? t("stop.by", { name: by }) : t(`stop.${run.stop?.toLowerCase() ?? "cancelled"}`)}</AlertTitle>
          {why && <Marked text={say(why)} />}
        </Alert>
      )}
      {fault?.message && state !== "cancelled" && (
        <Alert severity={isOver(state) ? "error" : "warning"} sx={{ mb: 2, overflowWrap: "anywhere" }}>
          <AlertTitle sx={{ fontWeight: 600 }}><Marked text={say(fault.message)} /></AlertTitle>
          {fault.hint && <Typography variant="body2"><Marked text={t("hint", { hint: say(fault.hint) })} /></Typography>}
          <Typography variant="body2" sx={{ mt: 0.5 }}>{state === "failing" ? t("tries_again") : fault.temporary ? t("temporary") : t("lasting")}</Typography>
          <Suspense fallback={null}><FaultWays run={run} /></Suspense>
        </Alert>
      )}
    </>
  );
}
