import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import FormControlLabel from "@mui/material/FormControlLabel";
import MenuItem from "@mui/material/MenuItem";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import { useTranslation } from "react-i18next";
import { AREAS, type AuditSearch, OUTCOMES } from "./filters";

interface Props {
  search: AuditSearch;
  onSearch: (search: AuditSearch) => void;
  /** Names of the object and the person that are followed, as far as they are known. */
  names: Map<string, string>;
  live: boolean;
  onLive: (live: boolean) => void;
}

export function AuditFilters({ search, onSearch, names, live, onLive }: Props) {
  const { t } = useTranslation("audit");
  const set = (part: AuditSearch) => onSearch({ ...search, ...part });
  const isFiltered = Object.values(search).some(Boolean);
  const areas = AREAS.map((area) => ({ area, word: t(`area.${area}`) })).sort((a, b) => a.word.localeCompare(b.word));
  const field = { width: { xs: "calc(50% - 6px)", sm: 140 } };
  const day = { width: { xs: field.width.xs, sm: 162 } };
  return (
    <Box sx={{ mb: 2 }}>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1.5, alignItems: "center" }}>
        <TextField select label={t("about")} value={search.action ?? ""} onChange={(event) => set({ action: event.target.value || undefined })} sx={field} slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}>
          <MenuItem value="">{t("everything")}</MenuItem>
          {search.action?.includes(".") && <MenuItem value={search.action}>{search.action}</MenuItem>}
          {areas.map(({ area, word }) => <MenuItem key={area} value={area}>{word}</MenuItem>)}
        </TextField>
        <TextField select label={t("outcome_label")} value={search.outcome ?? ""} onChange={(event) => set({ outcome: event.target.value || undefined })} sx={field} slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}>
          <MenuItem value="">{t("any")}</MenuItem>
          {OUTCOMES.map((outcome) => <MenuItem key={outcome} value={outcome}>{t(`outcome.${outcome}`)}</MenuItem>)}
        </TextField>
        <TextField type="date" label={t("from")} value={search.from ?? ""} onChange={(event) => set({ from: event.target.value || undefined })} sx={day} slotProps={{ inputLabel: { shrink: true } }} />
        <TextField type="date" label={t("until")} value={search.until ?? ""} onChange={(event) => set({ until: event.target.value || undefined })} sx={day} slotProps={{ inputLabel: { shrink: true } }} />
        <FormControlLabel control={<Switch size="small" checked={live} onChange={(event) => onLive(event.target.checked)} />} label={t("live")} />
        {isFiltered && <Button size="small" onClick={() => onSearch({})}>{t("clear")}</Button>}
      </Box>
      {(search.object || search.actor) && (
        <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, mt: 1.5 }}>
          {search.object && <Chip label={t("about_object", { name: names.get(search.object) ?? search.object })} onDelete={() => set({ object: undefined })} />}
          {search.actor && <Chip label={t("by_actor", { name: names.get(search.actor) ?? search.actor })} onDelete={() => set({ actor: undefined })} />}
        </Box>
      )}
    </Box>
  );
}
