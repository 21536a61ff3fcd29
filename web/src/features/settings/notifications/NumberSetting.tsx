import TextField from "@mui/material/TextField";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { typed } from "./watch";

interface Props {
  label: string;
  help?: string;
  /** What counts when nothing is typed. */
  usual?: number;
  value: number | null | undefined;
  /** NaN for what is no number. */
  onChange: (value: number | undefined) => void;
  disabled?: boolean;
}

/** A number that may be left out. */
export function NumberSetting({ label, help, usual, value, onChange, disabled }: Props) {
  const { t } = useTranslation("settings");
  const [text, setText] = useState(value == null ? "" : String(value));
  const isWrong = Number.isNaN(typed(text));
  return (
    <TextField
      label={label}
      value={text}
      disabled={disabled}
      placeholder={usual === undefined ? undefined : String(usual)}
      onChange={(event) => {
        setText(event.target.value);
        onChange(typed(event.target.value));
      }}
      error={isWrong}
      helperText={isWrong ? t("common:form.bad_number") : help}
      slotProps={{ inputLabel: { shrink: true }, htmlInput: { inputMode: "decimal" } }}
    />
  );
}
