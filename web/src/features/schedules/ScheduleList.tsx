import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import IconButton from "@mui/material/IconButton";
import Paper from "@mui/material/Paper";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { Pause, Pencil, Play, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { TextLink } from "@/components/links";
import { TimeText } from "@/components/TimeText";
import { formatTime } from "@/lib/format";
import { useWorkspace } from "@/lib/workspace";
import { forecastQuery, OF_DOCUMENT, type Schedule, specOf, wordsOf, zoneOf } from "./requests";
import { useScheduleDeeds } from "./useScheduleDeeds";

interface Props {
  workspace: string;
  schedules: Schedule[];
  nameOf: (pipeline: string) => string;
  onEdit: (id: string) => void;
}

/** The rules themselves: in words, with the next time. */
export function ScheduleList({ workspace, schedules, nameOf, onEdit }: Props) {
  const { t } = useTranslation("schedules");
  const sorted = [...schedules].sort((a, b) => nameOf(a.pipeline_id).localeCompare(nameOf(b.pipeline_id)) || a.name.localeCompare(b.name));
  if (sorted.length === 0) return <Typography color="textSecondary">{t("none_here")}</Typography>;
  return (
    <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0, display: "flex", flexDirection: "column", gap: 1.25 }}>
      {sorted.map((schedule) => <Rule key={schedule.id} schedule={schedule} workspace={workspace} name={nameOf(schedule.pipeline_id)} onEdit={() => onEdit(schedule.id)} />)}
    </Box>
  );
}

function Rule({ schedule, workspace, name, onEdit }: { schedule: Schedule; workspace: string; name: string; onEdit: () => void }) {
  const { t } = useTranslation("schedules");
  const { may } = useWorkspace();
  const deeds = useScheduleDeeds(schedule);
  const spec = specOf(schedule);
  const { data: forecast } = useQuery(forecastQuery(workspace, spec, undefined, 1));
  const isOfDocument = schedule.name === OF_DOCUMENT;
  return (
    <Paper component="li" variant="outlined" sx={{ p: 2, display: "flex", gap: 1.5, flexWrap: "wrap", alignItems: "center" }}>
      <Box sx={{ flex: "1 1 320px", minWidth: 0 }}>
        <Box sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
          <TextLink to="/w/$workspace/pipelines/$pipeline" params={{ workspace, pipeline: schedule.pipeline_id }} sx={{ fontWeight: 650, color: "text.primary", overflowWrap: "anywhere" }}>{name}</TextLink>
          <Typography component="span" color="textSecondary">{isOfDocument ? t("of_document") : schedule.name}</Typography>
          {schedule.paused && <Chip size="small" icon={<Pause size={13} />} label={t("paused")} />}
        </Box>
        <Typography sx={{ "&::first-letter": { textTransform: "uppercase" } }}>{wordsOf(forecast).replaceAll("`", "")}</Typography>
        <Typography variant="body2" color="textSecondary">
          {schedule.next_at ? <>{t("next")} <TimeText at={schedule.next_at} /> · {formatTime(schedule.next_at, zoneOf(spec))}</> : schedule.paused ? t("no_next_paused") : t("no_next")}
          {" · "}
          <TextLink to="/w/$workspace/runs" params={{ workspace }} search={{ schedule: schedule.id }} underline="always">{t("its_runs")}</TextLink>
        </Typography>
      </Box>
      <Box sx={{ display: "flex", gap: 0.5 }}>
        {may("operator") && (schedule.paused ? <Button size="small" startIcon={<Play size={15} />} onClick={() => void deeds.goOn()}>{t("go_on.deed")}</Button> : <Button size="small" color="inherit" startIcon={<Pause size={15} />} onClick={deeds.pause}>{t("pause.deed")}</Button>)}
        {may("editor") && <Tooltip title={t("edit")}><IconButton aria-label={t("edit_of", { name })} onClick={onEdit}><Pencil size={16} /></IconButton></Tooltip>}
        {may("editor") && !isOfDocument && <Tooltip title={t("common:delete")}><IconButton aria-label={t("delete_of", { name })} disabled={deeds.isRemoving} onClick={() => void deeds.remove()}><Trash2 size={16} /></IconButton></Tooltip>}
      </Box>
    </Paper>
  );
}
