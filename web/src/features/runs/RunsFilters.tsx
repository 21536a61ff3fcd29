import Autocomplete from "@mui/material/Autocomplete";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { useTranslation } from "react-i18next";
import type { Api } from "@/api/client";
import { RUN_STATES } from "@/components/RunState";

interface Search {
  pipeline?: string;
  state?: string;
  cause?: string;
  from?: string;
  until?: string;
  schedule?: string;
  backfill?: string;
}

interface Props {
  search: Search;
  pipelines: Api<"Pipeline">[];
  onChange: (change: Partial<Search>) => void;
  onReset: (() => void) | undefined;
}

const CAUSES = ["manual", "schedule", "after", "event", "api", "backfill", "repair"] as const;
const STATES = ["queued,running,failing", "failed", "quarantined", ...RUN_STATES.filter((state) => state !== "failed" && state !== "quarantined")];

/** Which runs are shown. All of it stands in the address, so that a view can be kept and sent. */
export function RunsFilters({ search, pipelines, onChange, onReset }: Props) {
  const { t } = useTranslation("runs");
  const names = pipelines.map((pipeline) => pipeline.name);
  const chosen = pipelines.find((one) => one.id === search.pipeline)?.name ?? search.pipeline ?? null;
  const select = { inputLabel: { shrink: true }, select: { displayEmpty: true } };
  return (
    <Box role="search" aria-label={t("filter.title")} sx={{ display: "grid", gridTemplateColumns: { xs: "1fr 1fr", md: `minmax(180px, 2fr) 1.3fr 1.3fr minmax(164px, 1fr) minmax(164px, 1fr)${onReset ? " auto" : ""}` }, gap: 1.5, mb: 2, alignItems: "center" }}>
      <Autocomplete
        options={names}
        value={chosen}
        onChange={(_, name) => onChange({ pipeline: name ?? undefined })}
        size="small"
        sx={{ gridColumn: { xs: "1 / -1", md: "auto" } }}
        renderInput={(params) => <TextField {...params} label={t("filter.pipeline")} placeholder={t("filter.all_pipelines")} slotProps={{ ...params.slotProps, inputLabel: { ...params.slotProps.inputLabel, shrink: true } }} />}
      />
      <TextField select label={t("filter.state")} value={search.state ?? ""} onChange={(event) => onChange({ state: event.target.value || undefined })} slotProps={select}>
        <MenuItem value="">{t("filter.all_states")}</MenuItem>
        {STATES.map((state) => <MenuItem key={state} value={state}>{state.includes(",") ? t("filter.under_way") : t(`common:run_state.${state}`)}</MenuItem>)}
        {search.state && !STATES.includes(search.state) && <MenuItem value={search.state}>{search.state.split(",").map((one) => t(`common:run_state.${one}`)).join(", ")}</MenuItem>}
      </TextField>
      <TextField select label={t("filter.cause")} value={search.cause ?? ""} onChange={(event) => onChange({ cause: event.target.value || undefined })} slotProps={select}>
        <MenuItem value="">{t("filter.all_causes")}</MenuItem>
        {CAUSES.map((cause) => <MenuItem key={cause} value={cause}>{t(`cause.${cause}`)}</MenuItem>)}
      </TextField>
      <TextField type="date" label={t("filter.from")} value={search.from ?? ""} onChange={(event) => onChange({ from: event.target.value || undefined })} slotProps={{ inputLabel: { shrink: true } }} />
      <TextField type="date" label={t("filter.until")} value={search.until ?? ""} onChange={(event) => onChange({ until: event.target.value || undefined })} slotProps={{ inputLabel: { shrink: true } }} />
      {onReset && <Button onClick={onReset} sx={{ gridColumn: { xs: "1 / -1", md: "auto" } }}>{t("reset")}</Button>}
      {(search.schedule || search.backfill) && <Box sx={{ gridColumn: "1 / -1", color: "text.secondary" }}>{search.schedule ? t("filter.of_schedule") : t("filter.of_backfill")}</Box>}
    </Box>
  );
}
