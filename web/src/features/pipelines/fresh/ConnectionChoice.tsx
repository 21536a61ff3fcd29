import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { useTranslation } from "react-i18next";
import type { Chosen, Slot } from "./starters";

interface Props {
  slot: Slot;
  /** Those that fit. */
  connections: Chosen[];
  connectors: { name: string; title: string }[];
  chosen: Chosen;
  onChange: (chosen: Chosen) => void;
}

const LATER = "\n";

/** Which connection a beginning reads or writes: one that is there, or one that is given its name now and made later. */
export function ConnectionChoice({ slot, connections, connectors, chosen, onChange }: Props) {
  const { t } = useTranslation("pipelines");
  const isThere = connections.some((one) => one.name === chosen.name);
  const toLater = () => onChange({ name: "", connector: connectors[0]?.name ?? "sqlite" });
  return (
    <>
      <TextField select label={t(`slot.${slot}`)} value={isThere ? chosen.name : LATER} onChange={(event) => { const found = connections.find((one) => one.name === event.target.value); if (found) onChange(found); else toLater(); }} helperText={connections.length === 0 ? t("slot_none") : undefined}>
        {connections.map((one) => <MenuItem key={one.name} value={one.name}>{one.name} ({connectors.find(({ name }) => name === one.connector)?.title ?? one.connector})</MenuItem>)}
        <MenuItem value={LATER}>{t("slot_later")}</MenuItem>
      </TextField>
      {!isThere && <TextField label={t("slot_name")} value={chosen.name} onChange={(event) => onChange({ ...chosen, name: event.target.value })} helperText={t("slot_name_help")} required slotProps={{ htmlInput: { maxLength: 63, spellCheck: false, autoCapitalize: "off" } }} />}
      {!isThere && connectors.length > 1 && (
        <TextField select label={t("slot_kind")} value={chosen.connector} onChange={(event) => onChange({ ...chosen, connector: event.target.value })}>
          {connectors.map((one) => <MenuItem key={one.name} value={one.name}>{one.title}</MenuItem>)}
        </TextField>
      )}
    </>
  );
}
