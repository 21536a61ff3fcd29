import Autocomplete from "@mui/material/Autocomplete";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Tab from "@mui/material/Tab";
import Tabs from "@mui/material/Tabs";
import TextField from "@mui/material/TextField";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { CalendarClock, History, Plus } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState";
import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { ProblemAlert } from "@/components/ProblemAlert";
import { ListSkeleton, Waiting } from "@/components/Waiting";
import { usePipelines } from "@/lib/usePipelines";
import { useWorkspace } from "@/lib/workspace";
import { BackfillDialog } from "./backfills/BackfillDialog";
import { BackfillsTab } from "./backfills/BackfillsTab";
import { Calendar } from "./calendar/Calendar";
import { dayOf, isDay } from "./calendar/days";
import { schedulesQuery } from "@/lib/schedules";
import { ScheduleList } from "./ScheduleList";

const ScheduleEditor = lazy(async () => ({ default: (await import("./editor/ScheduleEditor")).ScheduleEditor }));
const VIEWS = ["week", "month", "list", "backfills"] as const;

/** When pipelines run by themselves: what was, what comes, and the rules behind it. */
export function SchedulesPage() {
  const { t } = useTranslation("schedules");
  const { slug: workspace, may } = useWorkspace();
  const search = useSearch({ from: "/inside/w/$workspace/schedules" });
  const navigate = useNavigate({ from: "/w/$workspace/schedules" });
  const pipelines = usePipelines(workspace);
  const { data: schedules, error, refetch } = useQuery(schedulesQuery(workspace));
  const [today] = useState(() => dayOf(Date.now()));
  const view = VIEWS.find((one) => one === search.view) ?? "week";
  const day = isDay(search.day) ? search.day : today;
  const chosen = pipelines.data?.find((one) => one.id === search.pipeline || one.name === search.pipeline);
  const set = (change: Partial<typeof search>) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  const edited = search.schedule && search.schedule !== "new" ? schedules?.find((one) => one.id === search.schedule) : undefined;
  const shown = (schedules ?? []).filter((schedule) => !chosen || schedule.pipeline_id === chosen.id);
  const isEmpty = schedules?.length === 0 && (view === "week" || view === "list");
  return (
    <Page>
      <PageHeader
        title={t("title")}
        text={t("text")}
        actions={
          <>
            {may("operator") && <Button variant="outlined" startIcon={<History size={16} />} onClick={() => set({ backfill: "new" })}>{t("backfill.make")}</Button>}
            {may("editor") && <Button variant="contained" startIcon={<Plus size={16} />} onClick={() => set({ schedule: "new" })}>{t("make")}</Button>}
          </>
        }
      />
      <Box sx={{ display: "flex", gap: 2, alignItems: "center", flexWrap: "wrap", mb: 2, borderBottom: 1, borderColor: "divider" }}>
        <Tabs value={view} onChange={(_, next: string) => set({ view: next === "week" ? undefined : next, backfill: undefined })} variant="scrollable" allowScrollButtonsMobile aria-label={t("views")} sx={{ flex: "1 1 300px", minWidth: 0 }}>
          {VIEWS.map((one) => <Tab key={one} value={one} id={`view-${one}`} aria-controls={view === one ? "view" : undefined} label={t(`view.${one}`)} />)}
        </Tabs>
        <Autocomplete
          options={pipelines.inUse.map((one) => one.name)}
          value={chosen?.name ?? null}
          onChange={(_, name) => set({ pipeline: name ?? undefined })}
          size="small"
          sx={{ width: { xs: "100%", sm: 240 }, mb: 1 }}
          renderInput={(params) => <TextField {...params} label={t("pipeline")} placeholder={t("all_pipelines")} slotProps={{ ...params.slotProps, inputLabel: { ...params.slotProps.inputLabel, shrink: true } }} />}
        />
      </Box>
      <Box role="tabpanel" id="view" aria-labelledby={`view-${view}`}>
        {error ? (
          <ProblemAlert error={error} onRetry={() => void refetch()} />
        ) : !schedules ? (
          <ListSkeleton text={t("loading")} />
        ) : isEmpty ? (
          <EmptyState icon={<CalendarClock />} title={t("none")} text={t("none_text")} action={may("editor") ? <Button variant="contained" onClick={() => set({ schedule: "new" })}>{t("make")}</Button> : undefined} />
        ) : view === "list" ? (
          <ScheduleList workspace={workspace} schedules={shown} nameOf={pipelines.nameOf} onEdit={(id) => set({ schedule: id })} />
        ) : view === "backfills" ? (
          <BackfillsTab workspace={workspace} pipeline={chosen?.id} open={search.backfill} onOpen={(id) => set({ backfill: id })} nameOf={pipelines.nameOf} />
        ) : (
          <Calendar key={view} workspace={workspace} span={view} day={day} onDay={(next) => set({ day: next === today ? undefined : next })} schedules={shown} pipeline={chosen?.id} nameOf={pipelines.nameOf} />
        )}
      </Box>
      {may("editor") && pipelines.data && (search.schedule === "new" || edited) && (
        <Suspense fallback={<Waiting text={t("loading_editor")} />}>
          <ScheduleEditor key={search.schedule} schedule={edited} pipelines={pipelines.inUse} pipeline={chosen?.id} onClose={() => set({ schedule: undefined })} />
        </Suspense>
      )}
      {may("operator") && search.backfill === "new" && pipelines.data && <BackfillDialog pipelines={pipelines.inUse} schedules={schedules ?? []} pipeline={chosen?.id} onClose={() => set({ backfill: undefined })} onMade={(id) => set({ backfill: id, view: "backfills" })} />}
    </Page>
  );
}
