import Box from "@mui/material/Box";
import { useTranslation } from "react-i18next";
import { Marked } from "@/components/Marked";
import { TextLink } from "@/components/links";
import { TimeText } from "@/components/TimeText";
import { say } from "@/lib/sayings";
import { usePeople } from "@/lib/usePeople";
import { useWorkspace } from "@/lib/workspace";
import type { Reject } from "../requests";

const COLOR: Record<Reject["standing"], string> = { open: "text.secondary", repairing: "info.main", repaired: "success.main", again: "quarantine.main", dismissed: "text.secondary" };

/** What became of a row: by whom, when, with which run. */
export function Standing({ row }: { row: Reject }) {
  const { t } = useTranslation("runs");
  const { slug: workspace } = useWorkspace();
  const person = usePeople(workspace)(row.marked_by);
  const run = row.repair_run_id;
  const failed = row.standing === "open" && Boolean(run);
  const isMarked = row.standing !== "open" || failed;
  return (
    <Box>
      <Box component="span" sx={{ fontWeight: 600, color: COLOR[row.standing] }}>{t(`standing.${failed ? "failed" : row.standing}`)}</Box>
      {row.standing === "again" && row.again && <Box sx={{ overflowWrap: "anywhere" }}><Marked text={say(row.again)} /></Box>}
      {isMarked && (
        <Box sx={{ fontSize: 12.5, color: "text.secondary" }}>
          {person && `${person} · `}
          {row.marked_at && <TimeText at={row.marked_at} />}
          {run && row.standing !== "dismissed" && <>{" · "}<TextLink to="/w/$workspace/runs/$run" params={{ workspace, run }} search={row.standing === "again" ? { tab: "quarantine" } : {}}>{t("standing.to_run")}</TextLink></>}
        </Box>
      )}
    </Box>
  );
}
