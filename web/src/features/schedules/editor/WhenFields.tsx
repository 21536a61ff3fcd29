import Autocomplete from "@mui/material/Autocomplete";
import Box from "@mui/material/Box";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Api } from "@/api/client";
import { NumberField } from "@/components/NumberField";
import { currentLanguage } from "@/lib/i18n";
import { useWorkspace } from "@/lib/workspace";
import { CronField } from "./CronField";
import { KINDS, type Kind, type Plan, type Unit, type Weekday, WEEKDAYS } from "./plan";
import { Times } from "./Times";
import { connectionsQuery } from "@/lib/connections";

interface Props {
  plan: Plan;
  onChange: (plan: Plan) => void;
  pipelines: Api<"Pipeline">[];
}

const UNITS: Unit[] = ["m", "h", "d", "w"];

/** When it runs, in plain words. */
export function WhenFields({ plan, onChange, pipelines }: Props) {
  const { t } = useTranslation("schedules");
  const set = (change: Partial<Plan>) => onChange({ ...plan, ...change });
  return (
    <Box component="fieldset" sx={{ border: 0, m: 0, p: 0, display: "flex", flexDirection: "column", gap: 2, minWidth: 0 }}>
      <TextField select label={t("when.title")} value={plan.kind} onChange={(event) => set({ kind: event.target.value as Kind })}>
        {KINDS.map((kind) => <MenuItem key={kind} value={kind}>{t(`when.${kind}`)}</MenuItem>)}
      </TextField>
      {plan.kind === "times" && <AtTimes plan={plan} set={set} />}
      {plan.kind === "every" &&
        (plan.distance === undefined ? (
          <Box sx={{ display: "flex", gap: 1.5 }}>
            <NumberField required whole min={1} label={t("when.every_count")} value={plan.every.count} onChange={(count) => set({ every: { ...plan.every, count: typeof count === "number" ? count : NaN } })} sx={{ width: 140 }} />
            <TextField select label={t("when.every_unit")} value={plan.every.unit} onChange={(event) => set({ every: { ...plan.every, unit: event.target.value as Unit } })} sx={{ width: 180 }}>
              {UNITS.map((unit) => <MenuItem key={unit} value={unit}>{t(`when.unit.${unit}`, { count: plan.every.count })}</MenuItem>)}
            </TextField>
          </Box>
        ) : (
          <TextField label={t("when.distance")} value={plan.distance} onChange={(event) => set({ distance: event.target.value })} helperText={t("when.distance_help")} />
        ))}
      {plan.kind === "cron" && <CronField value={plan.cron} onChange={(cron) => set({ cron })} />}
      {plan.kind === "once" && <TextField required type="datetime-local" label={t("when.at")} value={plan.at} onChange={(event) => set({ at: event.target.value })} slotProps={{ inputLabel: { shrink: true } }} sx={{ maxWidth: 260 }} />}
      {plan.kind === "after" && (
        <Autocomplete
          multiple
          options={pipelines.map((one) => one.name)}
          value={plan.after}
          onChange={(_, after) => set({ after })}
          size="small"
          renderInput={(params) => <TextField {...params} label={t("when.after_pipelines")} required={plan.after.length === 0} helperText={t("when.after_help")} />}
        />
      )}
      {plan.kind === "files" && <Files plan={plan} set={set} />}
    </Box>
  );
}

interface Part {
  plan: Plan;
  set: (change: Partial<Plan>) => void;
}

function AtTimes({ plan, set }: Part) {
  const { t } = useTranslation("schedules");
  const weekday = new Intl.DateTimeFormat(currentLanguage(), { weekday: "short", timeZone: "UTC" });
  return (
    <>
      <ToggleButtonGroup exclusive size="small" color="primary" value={plan.on} onChange={(_, on: Plan["on"] | null) => on && set({ on })} aria-label={t("when.on")} sx={{ flexWrap: "wrap" }}>
        {(["day", "week", "month"] as const).map((on) => <ToggleButton key={on} value={on}>{t(`when.on_${on}`)}</ToggleButton>)}
      </ToggleButtonGroup>
      {plan.on === "week" && (
        <ToggleButtonGroup size="small" color="primary" value={plan.weekdays} onChange={(_, weekdays: Weekday[]) => weekdays.length > 0 && set({ weekdays })} aria-label={t("when.weekdays")} sx={{ flexWrap: "wrap" }}>
          {/* 5 January 1970 was a Monday. */}
          {WEEKDAYS.map((day, index) => <ToggleButton key={day} value={day} sx={{ px: 1.25 }}>{weekday.format(new Date(Date.UTC(1970, 0, 5 + index)))}</ToggleButton>)}
        </ToggleButtonGroup>
      )}
      {plan.on === "month" && (
        <Autocomplete
          multiple
          disableCloseOnSelect
          options={[0, ...Array.from({ length: 31 }, (_, index) => index + 1)]}
          getOptionLabel={(day) => (day === 0 ? t("when.last_day") : String(day))}
          value={plan.monthDays}
          onChange={(_, monthDays) => monthDays.length > 0 && set({ monthDays })}
          size="small"
          renderInput={(params) => <TextField {...params} label={t("when.month_days")} helperText={plan.monthDays.some((day) => day > 28) ? t("when.short_months") : undefined} />}
        />
      )}
      <Times times={plan.times} onChange={(times) => set({ times })} />
    </>
  );
}

function Files({ plan, set }: Part) {
  const { t } = useTranslation("schedules");
  const { slug: workspace } = useWorkspace();
  const { data } = useQuery(connectionsQuery(workspace));
  const change = (files: Partial<Plan["files"]>) => set({ files: { ...plan.files, ...files } });
  return (
    <>
      <Autocomplete freeSolo options={(data ?? []).map((one) => one.name)} inputValue={plan.files.connection ?? ""} onInputChange={(_, connection) => change({ connection: connection || undefined })} size="small" renderInput={(params) => <TextField {...params} label={t("when.files_connection")} helperText={t("when.files_connection_help")} />} />
      <TextField required label={t("when.files_path")} value={plan.files.path} onChange={(event) => change({ path: event.target.value })} placeholder="in/*.csv" helperText={t("when.files_path_help")} slotProps={{ inputLabel: { shrink: true } }} />
      <TextField label={t("when.files_look")} value={plan.files.look ?? ""} onChange={(event) => change({ look: event.target.value || undefined })} placeholder="5m" helperText={t("when.files_look_help")} slotProps={{ inputLabel: { shrink: true } }} sx={{ maxWidth: 260 }} />
    </>
  );
}
