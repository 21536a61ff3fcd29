import Box from "@mui/material/Box";
import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormHelperText from "@mui/material/FormHelperText";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { Marked } from "@/components/Marked";
import { useNumberText } from "@/components/NumberField";
import { useServerWords } from "@/lib/serverWords";
import { useForm, useProblem } from "./context";
import { FreeField } from "./FreeField";
import { Group, ListField, MapField } from "./groups";
import { Help } from "./Help";
import { Alternatives } from "./Alternatives";
import { type Choice, type Schema, shapeOf, withoutNull } from "./schema";
import { SecretField, SqlField, TextSetting, WordsField } from "./texts";
import { useChoiceNames, useLabel } from "./words";

export interface FieldProps {
  name: string;
  /** The words before the field, when they are not made from the name. */
  label?: string;
  schema: Schema;
  path: string;
  required: boolean;
  value: unknown;
  /** `undefined` takes the setting away. */
  onChange: (value: unknown) => void;
}

/** Settings may refer to parameters and the like, whatever their type is. */
export function isReference(value: unknown): value is string {
  return typeof value === "string" && value.includes("${");
}

/** One setting, by the shape of its schema. */
export function Field(props: FieldProps) {
  const { root } = useForm();
  const shape = shapeOf(props.schema, root);
  // Fields for text and numbers take them as they are: whoever types one stays in the field.
  if (isReference(props.value) && !["text", "sql", "number"].includes(shape.kind)) return <TextSetting {...props} />;
  switch (shape.kind) {
    case "text":
      return shape.secret ? <SecretField {...props} /> : <TextSetting {...props} />;
    case "sql":
      return <SqlField {...props} />;
    case "number":
      return <NumberSetting {...props} whole={shape.whole} />;
    case "boolean":
      return <BooleanField {...props} />;
    case "choice":
      return <ChoiceField {...props} />;
    case "words":
      return <WordsField {...props} alone={shape.alone} />;
    case "list":
      return <ListField {...props} items={shape.items} />;
    case "map":
      return <MapField {...props} values={shape.values} />;
    case "fields":
      return <Group {...props} schema={{ ...shape.schema, description: withoutNull(props.schema, root).description }} />;
    case "alternatives":
      return <Alternatives {...props} alternatives={shape.alternatives} />;
    case "free":
      return <FreeField {...props} />;
  }
}

/** The setting, where the label is made of its name: then `Help` says it as it is written in documents. */
export function nameShown(props: FieldProps): string | undefined {
  return props.label === undefined ? props.name : undefined;
}

function NumberSetting(props: FieldProps & { whole: boolean }) {
  const label = useLabel(props);
  const { root, disabled } = useForm();
  const schema = withoutNull(props.schema, root);
  const { text, wrong, change } = useNumberText(props.value, props.onChange);
  const found = useProblem(props.path, schema);
  const problem = wrong !== undefined && !isReference(props.value) ? wrong : found;
  return (
    <TextField
      label={label}
      required={props.required}
      disabled={disabled}
      value={text}
      placeholder={schema.default !== undefined && schema.default !== null ? String(schema.default) : undefined}
      onChange={(event) => change(event.target.value)}
      error={problem !== undefined}
      helperText={<Help name={nameShown(props)} schema={schema} problem={problem} />}
      slotProps={{ inputLabel: { shrink: schema.default != null || undefined }, htmlInput: { inputMode: props.whole ? "numeric" : "decimal" } }}
    />
  );
}

function BooleanField(props: FieldProps) {
  const label = useLabel(props);
  const { root, disabled } = useForm();
  const schema = withoutNull(props.schema, root);
  const problem = useProblem(props.path, schema);
  const checked = props.value === undefined ? schema.default === true : props.value === true;
  return (
    <Box>
      <FormControlLabel control={<Checkbox size="small" checked={checked} disabled={disabled} onChange={(event) => props.onChange(event.target.checked)} />} label={label} />
      <FormHelperText error={problem !== undefined} sx={{ mt: -0.5, ml: 4 }} component="div"><Help name={nameShown(props)} schema={schema} problem={problem} /></FormHelperText>
    </Box>
  );
}

function ChoiceField(props: FieldProps) {
  const label = useLabel(props);
  const nameOf = useChoiceNames();
  const words = useServerWords();
  const { t } = useTranslation();
  const { root, disabled } = useForm();
  const schema = withoutNull(props.schema, root);
  const shape = shapeOf(schema, root);
  const problem = useProblem(props.path, schema);
  const choices = shape.kind === "choice" ? shape.choices : [];
  const index = choices.findIndex((choice) => choice.value === props.value);
  const standard = choices.find((choice) => choice.value === schema.default);
  const shown = (choice: Choice | undefined) => {
    if (!choice) return "";
    const { label: named, written } = nameOf(choice);
    return written === undefined ? named : `${named} (${written})`;
  };
  return (
    <TextField
      select
      label={label}
      required={props.required}
      disabled={disabled}
      value={index < 0 ? "" : String(index)}
      onChange={(event) => props.onChange(event.target.value === "" ? undefined : choices[Number(event.target.value)]?.value)}
      error={problem !== undefined}
      helperText={<Help name={nameShown(props)} schema={schema} problem={problem} />}
      slotProps={{
        inputLabel: { shrink: true },
        select: { displayEmpty: true, renderValue: (value) => (value === "" ? <Box component="span" sx={{ color: "text.secondary" }}>{standard ? shown(standard) : t("form.not_set")}</Box> : shown(choices[Number(value)])) },
      }}
    >
      {!props.required && <MenuItem value=""><em>{standard ? t("form.default_is", { value: shown(standard) }) : t("form.not_set")}</em></MenuItem>}
      {choices.map((choice, at) => (
        <MenuItem key={choice.label} value={String(at)} sx={{ display: "block", whiteSpace: "normal" }}>
          {shown(choice)}
          {choice.description && <Typography variant="caption" color="textSecondary" component="div"><Marked text={words.text(choice.description).replace(/\s+/g, " ")} /></Typography>}
        </MenuItem>
      ))}
    </TextField>
  );
}
