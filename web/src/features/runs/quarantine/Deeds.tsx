import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useMutation } from "@tanstack/react-query";
import { ArchiveX, PencilLine, Undo2 } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { body, client } from "@/api/client";
import { useToasts } from "@/components/Toasts";
import { useKeysKept } from "@/components/useKeysKept";
import { ahead } from "@/lib/ahead";
import { formatNumber } from "@/lib/format";
import { useWorkspace } from "@/lib/workspace";
import type { Reject, Run } from "../requests";
import { afterMarking, type Marked } from "./marking";

/** So many rows can be dealt with at once. */
export const MOST = 1000;

interface Props {
  run: Run;
  /** The rows that are chosen. */
  rows: Reject[];
  /** Keys go on from here: what had them is gone. */
  takesKeys: boolean;
  onRepair: (rows: Reject[]) => void;
  onDone: () => void;
}

/** What can be done with the rows that are chosen. */
export function Deeds({ run, rows, takesKeys, onRepair, onDone }: Props) {
  const { t } = useTranslation("runs");
  const { slug: workspace } = useWorkspace();
  const toasts = useToasts();
  const box = useKeysKept();
  const { ref } = box;
  useEffect(() => {
    if (takesKeys) ref.current?.focus();
  }, [takesKeys, ref]);
  const shown = ahead<Marked>({ keys: [["runs", workspace, run.id]], change: afterMarking, failed: toasts.failed });
  const dismiss = useMutation({
    mutationFn: ({ numbers, dismissed }: Marked) => body(client.POST("/api/v1/workspaces/{workspace}/runs/{run}/quarantine/dismiss", { params: { path: { workspace, run: run.id } }, body: { numbers, dismissed } })),
    ...shown,
    onMutate: (given) => {
      onDone();
      return shown.onMutate(given);
    },
    onSuccess: ({ changed }, { dismissed }) => toasts.done(t(dismissed ? "dismiss.done" : "dismiss.undone", { count: changed, rows: formatNumber(changed) })),
  });
  const open = rows.filter((row) => row.standing === "open");
  const repairable = open.filter((row) => !row.value_only).slice(0, MOST);
  const dismissed = rows.filter((row) => row.standing === "dismissed");
  const mark = (which: Reject[], isDismissed: boolean) => dismiss.mutate({ numbers: which.slice(0, MOST).map((row) => row.number), dismissed: isDismissed });
  return (
    <Box {...box} role="group" aria-label={t("quarantine.deeds")} sx={{ display: "flex", gap: 1, flexWrap: "wrap", alignItems: "center", minHeight: 40, outline: "none" }}>
      <Button variant="contained" startIcon={<PencilLine size={16} />} disabled={repairable.length === 0} onClick={() => onRepair(repairable)}>{t("repair.open")}</Button>
      <Button variant="outlined" color="inherit" startIcon={<ArchiveX size={16} />} disabled={open.length === 0} onClick={() => mark(open, true)}>{t("dismiss.deed")}</Button>
      {dismissed.length > 0 && <Button variant="outlined" color="inherit" startIcon={<Undo2 size={16} />} onClick={() => mark(dismissed, false)}>{t("dismiss.undo")}</Button>}
      <Typography variant="body2" color="textSecondary" role="status">{rows.length === 0 ? t("quarantine.choose_first") : t("quarantine.chosen", { count: rows.length, rows: formatNumber(rows.length) })}</Typography>
    </Box>
  );
}
