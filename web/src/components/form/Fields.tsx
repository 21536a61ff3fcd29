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
  const [open, setOpen] = useState(false);
  const required = new Set(schema.required ?? []);
  const names = Object.keys(schema.properties ?? {}).filter((name) => !hide.includes(name));
  const isAdvanced = (name: string) => {
    const property = follow(schema.properties?.[name] ?? {}, root);
    return property["x-advanced"] === true && value[name] === undefined && !problems.some((problem) => problem.path.startsWith(step(path, name)));
  };
  const plain = names.filter((name) => !isAdvanced(name));
  // Few settings are all shown: a button would only hide them.
  const many = plain.length > 9;
  const shown = many && !open ? plain.filter((name, index) => required.has(name) || value[name] !== undefined || index < 5) : plain;
  const hidden = names.filter((name) => !shown.includes(name));
  const ordered = [...shown].sort((a, b) => Number(required.has(b)) - Number(required.has(a)));
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
      {hidden.length > 0 && !open && (
        <Button size="small" onClick={() => setOpen(true)} startIcon={<ChevronDown size={16} />} sx={{ alignSelf: "flex-start" }}>{t("form.advanced")}</Button>
      )}
      {open && hidden.map(field)}
      {open && (
        <Button size="small" onClick={() => setOpen(false)} startIcon={<ChevronUp size={16} />} sx={{ alignSelf: "flex-start" }}>{t("form.advanced_open")}</Button>
      )}
    </Box>
  );
}
