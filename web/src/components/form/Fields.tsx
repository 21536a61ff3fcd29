import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { ChevronDown, ChevronUp } from "lucide-react";
import { memo, useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { useStable } from "@/lib/useLatest";
import { Field, type FieldProps } from "./Field";
import { step, useForm } from "./context";
import { follow, type Schema } from "./schema";

interface Props {
  schema: Schema;
  path: string;
  value: Record<string, unknown>;
  onChange: (value: Record<string, unknown>) => void;
  hide?: string[];
}

const NOTHING: Schema = {};

interface SlotProps extends Omit<FieldProps, "onChange" | "label"> {
  set: (name: string, next: unknown) => void;
}

/** One setting among others: a key in another one does not draw it anew. */
const Slot = memo(function Slot({ set, ...props }: SlotProps) {
  const { name } = props;
  const onChange = useCallback((next: unknown) => set(name, next), [set, name]);
  return <Field {...props} onChange={onChange} />;
});

/** The settings of an object: what must be given first, then what was given, then the rest on demand. */
export function Fields({ schema, path, value, onChange, hide = [] }: Props) {
  const { t } = useTranslation();
  const { root, problems } = useForm();
  const required = new Set(schema.required ?? []);
  const names = Object.keys(schema.properties ?? {}).filter((name) => !hide.includes(name));
  const isAdvanced = (name: string) => {
    const property = follow(schema.properties?.[name] ?? {}, root);
    return property["x-advanced"] === true && value[name] === undefined && !problems.some((problem) => problem.path.startsWith(step(path, name)));
  };
  const plain = names.filter((name) => !isAdvanced(name));
  // Few settings are all shown: a button would only hide them.
  const many = plain.length > 9;
  const needed = many ? plain.filter((name, index) => required.has(name) || value[name] !== undefined || index < 5) : plain;
  // What is shown stays, and stays where it is: a field that went with its last letter, or moved with its first, would lose the focus.
  const [shown, setShown] = useState(needed);
  const [open, setOpen] = useState(false);
  if (!open && needed.some((name) => !shown.includes(name))) setShown([...shown, ...needed.filter((name) => !shown.includes(name))]);
  const folded = names.filter((name) => !shown.includes(name));
  const ordered = names.filter((name) => shown.includes(name)).sort((a, b) => Number(required.has(b)) - Number(required.has(a)));
  const { set } = useStable({
    set: (name: string, next: unknown) => {
      const { [name]: _, ...rest } = value;
      onChange(next === undefined ? rest : { ...value, [name]: next });
    },
  });
  const field = (name: string) => <Slot key={name} name={name} schema={schema.properties?.[name] ?? NOTHING} path={step(path, name)} required={required.has(name)} value={value[name]} set={set} />;
  return (
    <Box sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
      {ordered.map(field)}
      {folded.length > 0 && (
        // So does the button: whoever works by keys goes on from it to what it unfolds.
        <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)} startIcon={open ? <ChevronUp size={16} /> : <ChevronDown size={16} />} sx={{ alignSelf: "flex-start" }}>{t(open ? "form.advanced_open" : "form.advanced")}</Button>
      )}
      {open && folded.map(field)}
    </Box>
  );
}
