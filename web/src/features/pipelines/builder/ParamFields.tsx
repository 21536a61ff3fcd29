import Box from "@mui/material/Box";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { useTranslation } from "react-i18next";
import { isObject, type Json } from "../model/yaml";

interface Props {
  /** `params` of the document. */
  declared: Json;
  values: Json;
  onChange: (values: Json) => void;
  inline?: boolean;
}

/** Fields for the values of parameters. An empty field means the default. */
export function ParamFields({ declared, values, onChange, inline = false }: Props) {
  const { t } = useTranslation("pipelines");
  return (
    <Box sx={{ display: "flex", flexDirection: inline ? "row" : "column", gap: inline ? 1 : 2, flexWrap: "wrap" }}>
      {Object.entries(declared).map(([name, given]) => {
        const spec = isObject(given) ? given : {};
        const type = typeof spec.type === "string" ? spec.type : "string";
        const set = (value: unknown) => { const { [name]: _, ...rest } = values; onChange(value === undefined ? rest : { ...values, [name]: value }); };
        const hasDefault = spec.default !== undefined;
        const text = values[name] === undefined ? "" : String(values[name]);
        const shared = { label: name, required: !hasDefault && !inline, helperText: inline ? undefined : typeof spec.description === "string" ? spec.description : undefined, sx: inline ? { width: 130 } : undefined, placeholder: hasDefault ? String(spec.default) : undefined } as const;
        if (type === "boolean") {
          return (
            <TextField key={name} select {...shared} value={text} onChange={(event) => set(event.target.value === "" ? undefined : event.target.value === "true")} slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}>
              {hasDefault && <MenuItem value=""><em>{t("common:form.default_is", { value: String(spec.default) })}</em></MenuItem>}
              <MenuItem value="true">{t("common:yes")}</MenuItem>
              <MenuItem value="false">{t("common:no")}</MenuItem>
            </TextField>
          );
        }
        const input = type === "date" ? "date" : type === "timestamp" ? "datetime-local" : type === "integer" || type === "number" ? "number" : "text";
        return <TextField key={name} {...shared} type={input} value={text} onChange={(event) => set(event.target.value === "" ? undefined : input === "number" ? Number(event.target.value) : event.target.value)} slotProps={{ inputLabel: { shrink: true }, htmlInput: input === "number" ? { step: "any" } : undefined }} />;
      })}
    </Box>
  );
}
