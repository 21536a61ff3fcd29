import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState";
import { ProblemAlert } from "@/components/ProblemAlert";
import { TimeText } from "@/components/TimeText";
import { ListSkeleton } from "@/components/Waiting";
import { useWorkspace } from "@/lib/workspace";
import { usePeople } from "@/lib/usePeople";
import { type Backfill, backfillsQuery, specOf, zoneOf } from "../requests";
import { BackfillStanding } from "./BackfillStanding";
import { spanText } from "./span";

interface Props {
  workspace: string;
  pipeline: string | undefined;
  /** The one whose pieces are shown. */
  open: string | undefined;
  onOpen: (id: string | undefined) => void;
  nameOf: (pipeline: string) => string;
}

/** Runs for ranges of the past, with how far each is. */
export function BackfillsTab({ workspace, pipeline, open, onOpen, nameOf }: Props) {
  const { t } = useTranslation("schedules");
  const { may } = useWorkspace();
  const { data, error, refetch } = useQuery(backfillsQuery(workspace));
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!data) return <ListSkeleton rows={3} text={t("backfill.loading")} />;
  const shown = data.filter((backfill) => !pipeline || backfill.pipeline_id === pipeline);
  if (shown.length === 0) return <EmptyState icon={<History />} title={t("backfill.none")} text={t("backfill.none_text")} action={may("operator") ? <Button variant="contained" onClick={() => onOpen("new")}>{t("backfill.make")}</Button> : undefined} />;
  return (
    <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0, display: "flex", flexDirection: "column", gap: 1.25 }}>
      {shown.map((backfill) => <Row key={backfill.id} backfill={backfill} workspace={workspace} name={nameOf(backfill.pipeline_id)} isOpen={open === backfill.id} onToggle={() => onOpen(open === backfill.id ? undefined : backfill.id)} />)}
    </Box>
  );
}

function Row({ backfill, workspace, name, isOpen, onToggle }: { backfill: Backfill; workspace: string; name: string; isOpen: boolean; onToggle: () => void }) {
  const person = usePeople(workspace)(backfill.created_by);
  const spec = specOf(backfill);
  const zone = zoneOf(spec);
  return (
    <Paper component="li" variant="outlined" sx={{ p: 2 }}>
      <Box sx={{ display: "flex", gap: 1, alignItems: "baseline", flexWrap: "wrap" }}>
        <Typography sx={{ fontWeight: 650 }}>{name}</Typography>
        <Typography color="textSecondary">
          {typeof spec.from === "string" && typeof spec.to === "string" && `${spanText({ interval_start: spec.from, interval_end: spec.to }, zone)} · `}
          {person && `${person} · `}
          <TimeText at={backfill.created_at} />
        </Typography>
      </Box>
      <BackfillStanding backfill={backfill} isOpen={isOpen} onToggle={onToggle} />
    </Paper>
  );
}
