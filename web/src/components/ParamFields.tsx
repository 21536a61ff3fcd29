import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { useTranslation } from "react-i18next";
import type { Param } from "@/lib/params";

type Values = Record<string, unknown>;

interface Props {
  params: Param[];
  values: Values;
  onChange: (values: Values) => void;
}

/** Values of parameters of a pipeline; what is left empty is as the pipeline says. */
export function ParamFields({ params, values, onChange }: Props) {
  const { t } = useTranslation();
  return params.map((param) => {
    const set = (value: unknown) => {
      const { [param.name]: _, ...others } = values;
      onChange(value === undefined ? others : { ...others, [param.name]: value });
    };
    const standard = param.default === undefined ? undefined : String(param.default);
    const given = values[param.name];
    const common = { label: param.name, required: standard === undefined, helperText: param.description, value: given === undefined ? "" : String(given) };
    if (param.type === "boolean") {
      return (
        <TextField key={param.name} select {...common} onChange={(event) => set(event.target.value === "" ? undefined : event.target.value === "true")} slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}>
          <MenuItem value="">{standard === undefined ? t("form.not_set") : t("form.default_is", { value: standard === "true" ? t("yes") : t("no") })}</MenuItem>
          <MenuItem value="true">{t("yes")}</MenuItem>
          <MenuItem value="false">{t("no")}</MenuItem>
        </TextField>
      );
    }
    const isNumber = param.type === "integer" || param.type === "number";
    return (
      <TextField
        key={param.name}
        {...common}
        type={isNumber ? "number" : param.type === "date" ? "date" : "text"}
        placeholder={standard}
        onChange={(event) => set(event.target.value === "" ? undefined : isNumber ? Number(event.target.value) : event.target.value)}
        slotProps={{ inputLabel: { shrink: true }, htmlInput: isNumber ? { step: param.type === "integer" ? 1 : "any" } : undefined }}
      />
    );
  });
}
