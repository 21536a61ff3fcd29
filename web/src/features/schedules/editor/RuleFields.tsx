import Autocomplete from "@mui/material/Autocomplete";
import Box from "@mui/material/Box";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import { useTranslation } from "react-i18next";
import { currentLocale } from "@/lib/i18n";
import type { Spec } from "../requests";
import { type Kind, type Weekday, WEEKDAYS } from "./plan";

interface Props {
  rest: Spec;
  onChange: (rest: Spec) => void;
  kind: Kind;
}

const CALENDARS = ["BE", "FR", "CA-QC", "US", "TSX", "NYSE"] as const;
const DATA = ["previous_day", "same_day", "previous_business_day", "since_last"] as const;
const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];

/** Sets a setting, or takes it away when it is as usual. */
export function put(rest: Spec, name: string, value: unknown): Spec {
  const { [name]: _, ...others } = rest;
  return value === undefined || value === "" ? others : { ...others, [name]: value };
}

/** In which zone, on which days, for which data. */
export function RuleFields({ rest, onChange, kind }: Props) {
  const { t } = useTranslation("schedules");
  const days = rest.days ?? "all";
  const choice = Array.isArray(days) ? "some" : String(days);
  const data = String(rest.data ?? "previous_day");
  const weekday = new Intl.DateTimeFormat(currentLocale(), { weekday: "short", timeZone: "UTC" });
  const setDays = (next: string) => {
    const changed = put(rest, "days", next === "all" ? undefined : next === "some" ? ["mon", "tue", "wed", "thu", "fri"] : next);
    onChange(next === "business" || data === "previous_business_day" ? changed : put(changed, "calendar", undefined));
  };
  const setData = (next: string) => {
    const changed = put(rest, "data", next === "previous_day" ? undefined : next);
    onChange(next === "previous_business_day" || days === "business" ? changed : put(changed, "calendar", undefined));
  };
  return (
    <Box sx={{ display: "grid", gridTemplateColumns: { xs: "minmax(0, 1fr)", sm: "repeat(2, minmax(0, 1fr))" }, gap: 2, alignItems: "start" }}>
      <Autocomplete disableClearable options={ZONES} value={String(rest.timezone ?? "UTC")} onChange={(_, zone) => onChange(put(rest, "timezone", zone))} size="small" renderInput={(params) => <TextField {...params} label={t("rule.zone")} helperText={t("rule.zone_help")} />} />
      <TextField select label={t("rule.days")} value={choice} onChange={(event) => setDays(event.target.value)} helperText={t("rule.days_help")}>
        {["all", "business", "some"].map((one) => <MenuItem key={one} value={one}>{t(`rule.days_${one}`)}</MenuItem>)}
      </TextField>
      {choice === "some" && (
        <ToggleButtonGroup size="small" color="primary" value={days} onChange={(_, next: Weekday[]) => next.length > 0 && onChange(put(rest, "days", WEEKDAYS.filter((day) => next.includes(day))))} aria-label={t("rule.days")} sx={{ gridColumn: "1 / -1", flexWrap: "wrap" }}>
          {WEEKDAYS.map((day, index) => <ToggleButton key={day} value={day} sx={{ px: 1.25 }}>{weekday.format(new Date(Date.UTC(1970, 0, 5 + index)))}</ToggleButton>)}
        </ToggleButtonGroup>
      )}
      {kind !== "after" && (
        <TextField select label={t("rule.data")} value={data} onChange={(event) => setData(event.target.value)} helperText={t(`rule.data_help.${data}`, { defaultValue: "" })}>
          {DATA.map((one) => <MenuItem key={one} value={one}>{t(`rule.data_${one}`)}</MenuItem>)}
        </TextField>
      )}
      {(choice === "business" || data === "previous_business_day") && (
        <Autocomplete
          freeSolo
          options={[...CALENDARS] as string[]}
          inputValue={String(rest.calendar ?? "")}
          onInputChange={(_, next) => onChange(put(rest, "calendar", next.trim()))}
          size="small"
          renderOption={({ key, ...props }, option) => <li key={key} {...props}>{option} – {t(`calendar_name.${option}`)}</li>}
          renderInput={(params) => <TextField {...params} label={t("rule.calendar")} helperText={t("rule.calendar_help")} />}
        />
      )}
    </Box>
  );
}
