import Autocomplete from "@mui/material/Autocomplete";
import Chip from "@mui/material/Chip";
import IconButton from "@mui/material/IconButton";
import InputAdornment from "@mui/material/InputAdornment";
import TextField from "@mui/material/TextField";
import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useForm, useProblem } from "./context";
import { type FieldProps, nameShown } from "./Field";
import { FreeField } from "./FreeField";
import { Help } from "./Help";
import { withoutNull } from "./schema";
import { useLabel } from "./words";

const MONO = 'ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace';

function textOf(value: unknown): string {
  return value === undefined || value === null ? "" : String(value);
}

/** Text in one or more lines; with suggestions where there are some. */
export function TextSetting(props: FieldProps) {
  const label = useLabel(props);
  const { root, suggest, disabled } = useForm();
  const schema = withoutNull(props.schema, root);
  const problem = useProblem(props.path, schema);
  const words = suggest(props.path, props.name);
  const text = textOf(props.value);
  const standard = typeof schema.default === "string" && schema.default !== "" ? schema.default : undefined;
  const change = (value: string) => props.onChange(value === "" && !props.required ? undefined : value);
  const shared = {
    label,
    required: props.required,
    error: problem !== undefined,
    helperText: <Help name={nameShown(props)} schema={schema} problem={problem} />,
    placeholder: standard,
  };
  if (words.length > 0) {
    return (
      <Autocomplete
        freeSolo
        options={words}
        inputValue={text}
        disabled={disabled}
        onInputChange={(_, value, reason) => reason !== "reset" && change(value)}
        onChange={(_, value) => change(value ?? "")}
        renderInput={(params) => <TextField {...params} {...shared} />}
      />
    );
  }
  return (
    <TextField
      {...shared}
      disabled={disabled}
      value={text}
      multiline={text.includes("\n") || text.length > 60}
      onChange={(event) => change(event.target.value)}
      slotProps={{ inputLabel: { shrink: standard ? true : undefined } }}
    />
  );
}

/** A secret: never shown unless it was typed here, and kept by the server when the field stays empty. */
export function SecretField(props: FieldProps) {
  const label = useLabel(props);
  const { t } = useTranslation();
  const { root, kept, disabled } = useForm();
  const [shown, setShown] = useState(false);
  const schema = withoutNull(props.schema, root);
  const problem = useProblem(props.path, schema);
  const isKept = kept.includes(props.path) && props.value === undefined;
  return (
    <TextField
      label={label}
      required={props.required && !isKept}
      disabled={disabled}
      type={shown ? "text" : "password"}
      autoComplete="new-password"
      value={textOf(props.value)}
      placeholder={isKept ? "••••••••" : undefined}
      onChange={(event) => props.onChange(event.target.value === "" ? undefined : event.target.value)}
      error={problem !== undefined}
      helperText={isKept && !problem ? t("form.secret_kept") : <Help name={nameShown(props)} schema={schema} problem={problem} />}
      slotProps={{
        inputLabel: { shrink: isKept || undefined },
        input: {
          endAdornment: (
            <InputAdornment position="end">
              <IconButton size="small" aria-label={shown ? t("form.hide") : t("form.show")} aria-pressed={shown} onClick={() => setShown(!shown)}>{shown ? <EyeOff size={16} /> : <Eye size={16} />}</IconButton>
            </InputAdornment>
          ),
        },
      }}
    />
  );
}

/** SQL text. The builder has an editor of its own for it; elsewhere a box with fixed letters will do. */
export function SqlField(props: FieldProps) {
  const label = useLabel(props);
  const { root, disabled, sql } = useForm();
  const schema = withoutNull(props.schema, root);
  const problem = useProblem(props.path, schema);
  // A query may also be a file: an object, which is edited as such.
  if (props.value && typeof props.value === "object") return <FreeField {...props} />;
  const own = sql?.(props);
  if (own) return <>{own}</>;
  return (
    <TextField
      label={label}
      required={props.required}
      disabled={disabled}
      multiline
      minRows={props.name === "query" ? 3 : 1}
      maxRows={16}
      value={textOf(props.value)}
      onChange={(event) => props.onChange(event.target.value === "" ? undefined : event.target.value)}
      error={problem !== undefined}
      helperText={<Help name={nameShown(props)} schema={schema} problem={problem} />}
      slotProps={{ htmlInput: { spellCheck: false, style: { fontFamily: MONO, fontSize: 13 } } }}
    />
  );
}

/** Several words: typed one after the other, or chosen. */
export function WordsField({ alone, ...props }: FieldProps & { alone: boolean }) {
  const label = useLabel(props);
  const { root, suggest, disabled } = useForm();
  const schema = withoutNull(props.schema, root);
  const problem = useProblem(props.path, schema);
  const value = Array.isArray(props.value) ? props.value.map(String) : typeof props.value === "string" && props.value !== "" ? [props.value] : [];
  const change = (next: string[]) => {
    if (next.length === 0 && !props.required) return props.onChange(undefined);
    props.onChange(alone && next.length === 1 ? next[0] : next);
  };
  return (
    <Autocomplete
      multiple
      freeSolo
      // What was typed counts, also when nobody pressed Enter.
      autoSelect
      disabled={disabled}
      options={suggest(props.path, props.name).filter((word) => !value.includes(word))}
      value={value}
      onChange={(_, next) => change(next)}
      renderValue={(words, itemProps) =>
        words.map((word, index) => {
          const { key, ...rest } = itemProps({ index });
          return <Chip key={key} size="small" label={word === "" ? "″″" : word} {...rest} />;
        })
      }
      renderInput={(params) => <TextField {...params} label={label} required={props.required && value.length === 0} error={problem !== undefined} helperText={<Help name={nameShown(props)} schema={schema} problem={problem} />} />}
    />
  );
}
