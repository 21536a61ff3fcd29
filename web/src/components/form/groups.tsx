import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import FormHelperText from "@mui/material/FormHelperText";
import IconButton from "@mui/material/IconButton";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { step, useForm, useProblem } from "./context";
import { Field, type FieldProps, nameShown } from "./Field";
import { Fields } from "./Fields";
import { Help } from "./Help";
import { blank, type Schema, withoutNull } from "./schema";
import { useLabel } from "./words";

type Values = Record<string, unknown>;
const asObject = (value: unknown): Values => (value && typeof value === "object" && !Array.isArray(value) ? (value as Values) : {});

/** A frame around settings that belong together, with its name. */
function Frame({ props, action, children }: { props: FieldProps; action?: ReactNode; children?: ReactNode }) {
  const { root } = useForm();
  const schema = withoutNull(props.schema, root);
  const problem = useProblem(props.path, schema);
  const label = useLabel(props);
  return (
    <Box component="fieldset" sx={{ border: 1, borderColor: problem ? "error.main" : "divider", borderRadius: 1, p: 1.5, m: 0, minWidth: 0 }}>
      {/* An entry of a list is there or is not: nothing has to be filled in for it to be. */}
      <Typography component="legend" variant="body2" sx={{ px: 0.5, fontWeight: 600 }}>{label}{props.required && props.label === undefined ? " *" : ""}</Typography>
      <FormHelperText component="div" error={problem !== undefined} sx={{ mt: 0, mb: 1.75 }}><Help name={nameShown(props)} schema={schema} problem={problem} /></FormHelperText>
      {children}
      {action}
    </Box>
  );
}

/** Settings below a name; added and taken away as a whole when they are not needed. */
export function Group(props: FieldProps) {
  const { t } = useTranslation();
  const { root, disabled } = useForm();
  const isThere = props.value !== undefined && props.value !== null;
  if (!isThere && !props.required) {
    return <Frame props={props} action={<Button size="small" disabled={disabled} startIcon={<Plus size={16} />} onClick={() => props.onChange(blank(props.schema, root))}>{t("form.add")}</Button>} />;
  }
  return (
    <Frame props={props} action={!props.required && <Button size="small" color="inherit" disabled={disabled} startIcon={<Trash2 size={16} />} sx={{ mt: 1 }} onClick={() => props.onChange(undefined)}>{t("form.remove")}</Button>}>
      <Fields schema={props.schema} path={props.path} value={asObject(props.value)} onChange={props.onChange} />
    </Frame>
  );
}

/** Several settings of one kind, in an order. */
export function ListField({ items, ...props }: FieldProps & { items: Schema }) {
  const { t } = useTranslation();
  const { root, disabled } = useForm();
  const list: unknown[] = Array.isArray(props.value) ? props.value : [];
  const put = (next: unknown[]) => props.onChange(next.length === 0 && !props.required ? undefined : next);
  const move = (from: number, to: number) => {
    const next = [...list];
    next.splice(to, 0, ...next.splice(from, 1));
    put(next);
  };
  return (
    <Frame props={props} action={<Button size="small" disabled={disabled} startIcon={<Plus size={16} />} onClick={() => put([...list, blank(items, root)])}>{t("form.add")}</Button>}>
      {list.map((item, index) => (
        <Box key={index} sx={{ display: "flex", gap: 0.5, mb: 1.5, alignItems: "flex-start" }}>
          <Box sx={{ flex: 1, minWidth: 0 }}>
            <Field name={String(index + 1)} label={`${index + 1}`} schema={items} path={step(props.path, index)} required value={item} onChange={(next) => put(list.map((one, at) => (at === index ? next : one)))} />
          </Box>
          <Box sx={{ display: "flex", flexDirection: "column" }}>
            <IconButton size="small" disabled={disabled} aria-label={`${t("form.remove")} ${index + 1}`} onClick={() => put(list.filter((_, at) => at !== index))}><Trash2 size={15} /></IconButton>
            {index > 0 && <IconButton size="small" disabled={disabled} aria-label={`↑ ${index + 1}`} onClick={() => move(index, index - 1)}><ArrowUp size={15} /></IconButton>}
            {index < list.length - 1 && <IconButton size="small" disabled={disabled} aria-label={`↓ ${index + 1}`} onClick={() => move(index, index + 1)}><ArrowDown size={15} /></IconButton>}
          </Box>
        </Box>
      ))}
    </Frame>
  );
}

/** Names that people choose, each with a value: columns and their types, for example. */
export function MapField({ values, ...props }: FieldProps & { values: Schema }) {
  const { t } = useTranslation();
  const { root, suggest, disabled } = useForm();
  const [name, setName] = useState("");
  const map = asObject(props.value);
  const entries = Object.entries(map);
  const put = (next: [string, unknown][]) => props.onChange(next.length === 0 && !props.required ? undefined : Object.fromEntries(next));
  const add = () => {
    const key = name.trim();
    if (key === "" || key in map) return;
    put([...entries, [key, blank(values, root)]]);
    setName("");
  };
  const options = suggest(`${props.path}/`, props.name).filter((word) => !(word in map));
  const list = `${props.path}-names`;
  return (
    <Frame props={props}>
      {entries.map(([key, value], index) => (
        <Box key={key} sx={{ display: "flex", gap: 0.5, mb: 1.5, alignItems: "flex-start" }}>
          <Box sx={{ flex: 1, minWidth: 0 }}>
            <Field name={key} label={key} schema={values} path={step(props.path, key)} required value={value} onChange={(next) => put(entries.map((entry, at) => (at === index ? [key, next] : entry)))} />
          </Box>
          <IconButton size="small" disabled={disabled} aria-label={`${t("form.remove")} ${key}`} onClick={() => put(entries.filter((_, at) => at !== index))}><Trash2 size={15} /></IconButton>
        </Box>
      ))}
      <Box sx={{ display: "flex", gap: 1 }}>
        <TextField
          label={t("form.key")}
          value={name}
          disabled={disabled}
          onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => { if (event.key === "Enter") { event.preventDefault(); add(); } }}
          slotProps={{ htmlInput: { list: options.length > 0 ? list : undefined } }}
        />
        {options.length > 0 && <datalist id={list}>{options.map((word) => <option key={word} value={word} />)}</datalist>}
        <Button size="small" disabled={disabled || name.trim() === ""} startIcon={<Plus size={16} />} onClick={add}>{t("form.add")}</Button>
      </Box>
    </Frame>
  );
}
