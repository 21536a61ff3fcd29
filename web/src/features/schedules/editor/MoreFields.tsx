import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { ChevronDown, ChevronUp } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { NumberField } from "@/components/NumberField";
import type { Spec } from "../requests";
import { put } from "./RuleFields";

const MORE = ["catch_up", "overlap", "retries", "timeout", "stagger", "from", "until"];
const CATCH_UP = ["last", "all", "none"] as const;
const OVERLAP = ["skip", "queue", "cancel_previous"] as const;
const shrink = { inputLabel: { shrink: true } };

/** What happens when something is late, missed, in the way or fails. The usual is right for most. */
export function MoreFields({ rest, onChange }: { rest: Spec; onChange: (rest: Spec) => void }) {
  const { t } = useTranslation("schedules");
  const [open, setOpen] = useState(() => MORE.some((name) => rest[name] !== undefined));
  const retries = (rest.retries ?? {}) as Spec;
  const text = (name: string) => (rest[name] === undefined ? "" : String(rest[name]));
  const setRetries = (name: string, value: unknown) => {
    const next = put(retries, name, value);
    onChange(put(rest, "retries", Object.keys(next).length === 0 ? undefined : next));
  };
  return (
    <>
      {/* It stays where it is: whoever works by keys goes on from it to what it unfolds. */}
      <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)} startIcon={open ? <ChevronUp size={16} /> : <ChevronDown size={16} />} sx={{ alignSelf: "flex-start", textAlign: "left" }}>{t(open ? "more.close" : "more.open")}</Button>
      {open && (
        <Box sx={{ display: "grid", gridTemplateColumns: { xs: "minmax(0, 1fr)", sm: "repeat(2, minmax(0, 1fr))" }, gap: 2, alignItems: "start" }}>
          <TextField select label={t("more.catch_up")} value={text("catch_up") || "last"} onChange={(event) => onChange(put(rest, "catch_up", event.target.value === "last" ? undefined : event.target.value))} helperText={t("more.catch_up_help")}>
            {CATCH_UP.map((one) => <MenuItem key={one} value={one}>{t(`more.catch_up_${one}`)}</MenuItem>)}
          </TextField>
          <TextField select label={t("more.overlap")} value={text("overlap") || "skip"} onChange={(event) => onChange(put(rest, "overlap", event.target.value === "skip" ? undefined : event.target.value))} helperText={t("more.overlap_help")}>
            {OVERLAP.map((one) => <MenuItem key={one} value={one}>{t(`more.overlap_${one}`)}</MenuItem>)}
          </TextField>
          <NumberField whole min={0} label={t("more.retries")} value={retries.max} onChange={(max) => setRetries("max", max)} placeholder="3" helperText={t("more.retries_help")} slotProps={shrink} />
          <TextField label={t("more.first")} value={retries.first === undefined ? "" : String(retries.first)} onChange={(event) => setRetries("first", event.target.value || undefined)} placeholder="1m" helperText={t("more.first_help")} slotProps={shrink} />
          <TextField label={t("more.timeout")} value={text("timeout")} onChange={(event) => onChange(put(rest, "timeout", event.target.value))} placeholder="2h" helperText={t("more.timeout_help")} slotProps={shrink} />
          <TextField label={t("more.stagger")} value={text("stagger")} onChange={(event) => onChange(put(rest, "stagger", event.target.value))} placeholder="15m" helperText={t("more.stagger_help")} slotProps={shrink} />
          <TextField type="date" label={t("more.from")} value={text("from").slice(0, 10)} onChange={(event) => onChange(put(rest, "from", event.target.value))} slotProps={shrink} />
          <TextField type="date" label={t("more.until")} value={text("until").slice(0, 10)} onChange={(event) => onChange(put(rest, "until", event.target.value))} slotProps={shrink} />
        </Box>
      )}
    </>
  );
}
