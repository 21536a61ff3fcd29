import TextField from "@mui/material/TextField";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { parse, stringify } from "yaml";
import { useForm, useProblem } from "./context";
import type { FieldProps } from "./Field";
import { Help } from "./Help";
import { withoutNull } from "./schema";
import { useLabel } from "./words";

const write = (value: unknown) => (value === undefined ? "" : stringify(value).trimEnd());

/** Anything else: as YAML. What cannot be read yet stays in the box until it can. */
export function FreeField(props: FieldProps) {
  const { t } = useTranslation();
  const { root, disabled } = useForm();
  const label = useLabel(props);
  const schema = withoutNull(props.schema, root);
  const problem = useProblem(props.path, schema);
  const [draft, setDraft] = useState<{ text: string; of: string } | null>(null);
  const settled = write(props.value);
  // A draft belongs to the value it was typed over; when that changes from outside, the draft is old.
  const text = draft && draft.of === settled ? draft.text : settled;
  let bad = false;
  try {
    parse(text);
  } catch {
    bad = true;
  }
  const change = (next: string) => {
    try {
      const value: unknown = next.trim() === "" ? undefined : parse(next);
      setDraft({ text: next, of: write(value) });
      props.onChange(value);
    } catch {
      setDraft({ text: next, of: settled });
    }
  };
  return (
    <TextField
      label={`${label} (YAML)`}
      required={props.required}
      disabled={disabled}
      multiline
      minRows={2}
      maxRows={14}
      value={text}
      onChange={(event) => change(event.target.value)}
      error={bad || problem !== undefined}
      helperText={<Help name={props.label === undefined ? props.name : undefined} schema={schema} problem={bad ? t("form.bad_yaml") : problem} />}
      slotProps={{ htmlInput: { spellCheck: false, style: { fontFamily: "ui-monospace, Menlo, Consolas, monospace", fontSize: 13 } } }}
    />
  );
}
