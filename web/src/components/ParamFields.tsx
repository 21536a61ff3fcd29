import Box from "@mui/material/Box";
import { useTranslation } from "react-i18next";
import { formatTime } from "@/lib/format";
import { shownZone, toField } from "@/lib/moments";
import type { Param } from "@/lib/params";
import { ParamValue } from "./ParamValue";

type Values = Record<string, unknown>;

interface Props {
  params: Param[];
  values: Values;
  onChange: (values: Values) => void;
  /** In one row with other things, without explanations. */
  inline?: boolean;
}

const isTime = ({ type }: Param) => type === "date" || type === "timestamp";

/** Values of parameters of a pipeline; what is left empty is as the pipeline says. */
export function ParamFields({ params, values, onChange, inline = false }: Props) {
  const { t } = useTranslation();
  const standardOf = ({ type, default: standard }: Param) => {
    if (standard === undefined) return undefined;
    if (type === "boolean") return standard === true ? t("yes") : standard === false ? t("no") : String(standard);
    return type === "timestamp" && toField(standard) !== undefined ? formatTime(String(standard)) : String(standard);
  };
  return (
    <Box sx={{ display: "flex", flexDirection: inline ? "row" : "column", gap: inline ? 1 : 2, flexWrap: "wrap", pt: inline ? 1 : 0 }}>
      {params.map((param) => {
        const { name } = param;
        const set = (value: unknown) => {
          const { [name]: _, ...others } = values;
          onChange(value === undefined ? others : { ...others, [name]: value });
        };
        const standard = standardOf(param);
        // Fields for days and times have no place for an example.
        const notes = [param.description, isTime(param) && standard !== undefined && t("form.default_is", { value: standard }), param.type === "timestamp" && t("form.zone", { zone: shownZone() })].filter(Boolean);
        return (
          <ParamValue
            key={name}
            label={name}
            type={param.type}
            value={values[name]}
            onChange={set}
            required={standard === undefined && !inline}
            none={standard === undefined ? t("form.not_set") : t("form.default_is", { value: standard })}
            placeholder={standard}
            helperText={inline || notes.length === 0 ? undefined : notes.join(" · ")}
            title={inline && notes.length > 0 ? notes.join(" · ") : undefined}
            sx={inline ? { width: param.type === "timestamp" ? 235 : isTime(param) ? 150 : 130 } : undefined}
          />
        );
      })}
    </Box>
  );
}
