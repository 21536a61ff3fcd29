import MenuItem from "@mui/material/MenuItem";
import TextField, { type TextFieldProps } from "@mui/material/TextField";
import { useTranslation } from "react-i18next";
import { fromField, toField } from "@/lib/moments";
import { NumberField } from "./NumberField";

type Props = Omit<TextFieldProps, "value" | "onChange" | "type"> & {
  /** The type as documents write it. */
  type: string;
  value: unknown;
  /** `undefined` for an empty field. */
  onChange: (value: unknown) => void;
  /** What stands for no value, where that is to be chosen. */
  none: string;
};

/** A value of a parameter, by its type: a run, a schedule or a default. */
export function ParamValue({ type, value, onChange, none, ...props }: Props) {
  const { t } = useTranslation();
  const text = value === undefined || value === null ? "" : String(value);
  const change = (next: string) => onChange(next === "" ? undefined : next);
  if (type === "integer" || type === "number") return <NumberField {...props} value={value} onChange={onChange} slotProps={{ inputLabel: { shrink: true } }} />;
  if (type === "boolean" && (text === "" || text === "true" || text === "false")) {
    return (
      <TextField {...props} select value={text} onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value === "true")} slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}>
        <MenuItem value=""><em>{none}</em></MenuItem>
        <MenuItem value="true">{t("yes")}</MenuItem>
        <MenuItem value="false">{t("no")}</MenuItem>
      </TextField>
    );
  }
  // What a field for days or times could not show stays text: it would look empty.
  if (type === "timestamp" && (text === "" || toField(text) !== undefined)) {
    return <TextField {...props} type="datetime-local" value={toField(text) ?? ""} onChange={(event) => onChange(fromField(event.target.value))} slotProps={{ inputLabel: { shrink: true }, htmlInput: { step: "any", max: "9999-12-31T23:59:59" } }} />;
  }
  const isDay = type === "date" && (text === "" || /^\d{4}-\d\d-\d\d$/.test(text));
  return <TextField {...props} type={isDay ? "date" : "text"} value={text} onChange={(event) => change(event.target.value)} slotProps={{ inputLabel: { shrink: true } }} />;
}
