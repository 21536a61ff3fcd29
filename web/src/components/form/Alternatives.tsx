import Box from "@mui/material/Box";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { useTranslation } from "react-i18next";
import { useForm, useProblem } from "./context";
import { Field, type FieldProps } from "./Field";
import { Help } from "./Help";
import { type Alternative, alternativeOf, blank, withoutNull } from "./schema";
import { useAlternativeNames, useLabel } from "./words";

/** A setting that can be written in several ways: which one, then its own fields. */
export function Alternatives({ alternatives, ...props }: FieldProps & { alternatives: Alternative[] }) {
  const { t } = useTranslation();
  const { root, disabled } = useForm();
  const label = useLabel(props);
  const nameOf = useAlternativeNames();
  const schema = withoutNull(props.schema, root);
  const problem = useProblem(props.path, schema);
  const chosen = props.value === undefined ? -1 : alternativeOf(props.value, alternatives, root);
  const alternative = alternatives[chosen];
  const choose = (text: string) => {
    const next = alternatives[Number(text)];
    props.onChange(text === "" || !next ? undefined : blank(next.schema, root));
  };
  const nameOfIndex = (index: unknown) => {
    const one = alternatives[Number(index)];
    return one && nameOf(one);
  };
  return (
    <Box>
      <TextField
        select
        label={label}
        required={props.required}
        disabled={disabled}
        value={chosen < 0 ? "" : String(chosen)}
        onChange={(event) => choose(event.target.value)}
        error={problem !== undefined}
        helperText={<Help name={props.label === undefined ? props.name : undefined} schema={schema} problem={problem} />}
        slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true, renderValue: (value) => (value === "" ? t("form.not_set") : nameOfIndex(value)) } }}
      >
        {!props.required && <MenuItem value=""><em>{t("form.not_set")}</em></MenuItem>}
        {alternatives.map((one, index) => (
          <MenuItem key={index} value={String(index)}>{nameOf(one)}</MenuItem>
        ))}
      </TextField>
      {alternative && (
        <Box sx={{ mt: 1.5, pl: 1.5, borderLeft: 2, borderColor: "divider" }}>
          <Field {...props} label={nameOf(alternative)} schema={alternative.schema} required />
        </Box>
      )}
    </Box>
  );
}
