import Autocomplete from "@mui/material/Autocomplete";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { Panel } from "@/components/Panel";
import { usePipelines } from "./data";
import { NumberSetting } from "./NumberSetting";
import type { PipelineWatch, WatchSettings } from "./watch";

interface Props {
  value: WatchSettings;
  onChange: (pipelines: Record<string, PipelineWatch>) => void;
  disabled: boolean;
}

/** What is different for single pipelines. */
export function WatchExceptions({ value, onChange, disabled }: Props) {
  const { t } = useTranslation("settings");
  const pipelines = usePipelines();
  const all = value.pipelines ?? {};
  const names = Object.keys(all);
  const set = (name: string, part: PipelineWatch) => onChange({ ...all, [name]: { ...all[name], ...part } });
  const remove = (name: string) => onChange(Object.fromEntries(Object.entries(all).filter(([key]) => key !== name)));
  return (
    <Panel title={t("watch.exceptions")} text={t("watch.exceptions_text")}>
      {names.length === 0 && <Typography variant="body2" color="textSecondary" sx={{ mb: 2 }}>{t("watch.no_exceptions")}</Typography>}
      {names.map((name) => (
        <Box key={name} role="group" aria-label={name} sx={{ display: "grid", gridTemplateColumns: { xs: "1fr", sm: "1fr 1fr", lg: "1fr 1fr 1fr 1fr auto" }, gap: 1.5, alignItems: "start", mb: 2.5 }}>
          <Typography sx={{ fontWeight: 600, gridColumn: "1 / -1" }}>{name}</Typography>
          <NumberSetting label={t("watch.late_short")} usual={value.late_minutes ?? 60} value={all[name]?.late_minutes} onChange={(late_minutes) => set(name, { late_minutes })} disabled={disabled} />
          <NumberSetting label={t("watch.fresh_short")} usual={value.fresh_hours ?? 0} value={all[name]?.fresh_hours} onChange={(fresh_hours) => set(name, { fresh_hours })} disabled={disabled} />
          <Choice label={t("watch.unusual_short")} value={all[name]?.unusual_rows} onChange={(unusual_rows) => set(name, { unusual_rows })} disabled={disabled} />
          <Choice label={t("watch.columns_short")} value={all[name]?.columns} onChange={(columns) => set(name, { columns })} disabled={disabled} />
          {!disabled && <Button color="error" onClick={() => remove(name)} sx={{ justifySelf: "start" }}>{t("common:form.remove")}</Button>}
        </Box>
      ))}
      {!disabled && (
        <Autocomplete
          key={names.length}
          options={(pipelines.data?.items ?? []).map((one) => one.name).filter((name) => !names.includes(name))}
          onChange={(_, name) => name && set(name, {})}
          renderInput={(params) => <TextField {...params} label={t("watch.add")} />}
          sx={{ maxWidth: 340 }}
        />
      )}
    </Panel>
  );
}

function Choice({ label, value, onChange, disabled }: { label: string; value: boolean | null | undefined; onChange: (value: boolean | undefined) => void; disabled: boolean }) {
  const { t } = useTranslation("settings");
  return (
    <TextField select label={label} disabled={disabled} value={value == null ? "" : String(value)} onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value === "true")} slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}>
      <MenuItem value="">{t("watch.as_workspace")}</MenuItem>
      <MenuItem value="true">{t("common:yes")}</MenuItem>
      <MenuItem value="false">{t("common:no")}</MenuItem>
    </TextField>
  );
}
