import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import IconButton from "@mui/material/IconButton";
import Paper from "@mui/material/Paper";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { Pause, Pencil, Play, Trash2 } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { TextLink } from "@/components/links";
import { LongList } from "@/components/LongList";
import { TimeText } from "@/components/TimeText";
import { formatNear } from "@/lib/format";
import { useWorkspace } from "@/lib/workspace";
import { OF_DOCUMENT, ruleQuery, type Schedule, specOf, wordsOf, zoneOf } from "./requests";
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
  const sorted = useMemo(() => {
    const named = schedules.map((schedule) => ({ schedule, name: nameOf(schedule.pipeline_id) }));
    return named.sort((a, b) => a.name.localeCompare(b.name) || a.schedule.name.localeCompare(b.schedule.name));
  }, [schedules, nameOf]);
  if (sorted.length === 0) return <Typography color="textSecondary">{t("none_here")}</Typography>;
  return (
    <LongList items={sorted} itemKey={({ schedule }) => schedule.id} itemHeight={112} label={t("view.list")} sx={{ maxHeight: "max(420px, calc(100dvh - 260px))" }}>
      {({ schedule, name }) => <Rule schedule={schedule} workspace={workspace} name={name} onEdit={() => onEdit(schedule.id)} />}
    </LongList>
  );
}

function Rule({ schedule, workspace, name, onEdit }: { schedule: Schedule; workspace: string; name: string; onEdit: () => void }) {
  const { t } = useTranslation("schedules");
  const { may } = useWorkspace();
  const deeds = useScheduleDeeds(schedule);
  const spec = specOf(schedule);
  const { data: rule } = useQuery(ruleQuery(workspace, spec));
  const isOfDocument = schedule.name === OF_DOCUMENT;
  return (
    <Paper variant="outlined" sx={{ p: 2, mb: 1.25, display: "flex", gap: 1.5, flexWrap: "wrap", alignItems: "center" }}>
      <Box sx={{ flex: "1 1 320px", minWidth: 0 }}>
        <Box sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
          <TextLink to="/w/$workspace/pipelines/$pipeline" params={{ workspace, pipeline: schedule.pipeline_id }} sx={{ fontWeight: 650, color: "text.primary", overflowWrap: "anywhere" }}>{name}</TextLink>
          <Typography component="span" color="textSecondary">{isOfDocument ? t("of_document") : schedule.name}</Typography>
          {schedule.paused && <Chip size="small" icon={<Pause size={13} />} label={t("paused")} />}
        </Box>
        <Typography sx={{ minHeight: "1.5em", "&::first-letter": { textTransform: "uppercase" } }}>{wordsOf(rule).replaceAll("`", "")}</Typography>
        <Typography variant="body2" color="textSecondary">
          {schedule.next_at ? <>{t("next")} <TimeText at={schedule.next_at} /> · {formatNear(schedule.next_at, zoneOf(spec))}</> : schedule.paused ? t("no_next_paused") : t("no_next")}
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
