import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import MenuItem from "@mui/material/MenuItem";
import Popover from "@mui/material/Popover";
import TextField from "@mui/material/TextField";
import { ArrowDown, ArrowUp, Filter } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { isNumeric, isTemporal } from "@/components/data/statistics";
import { type Condition, isFit, isText, OPERATORS, type Operator } from "./sql";

interface ColumnInfo {
  name: string;
  type: string;
}

interface Props {
  columns: ColumnInfo[];
  where: Condition[];
  onChange: (where: Condition[]) => void;
  sort: string | undefined;
  onUnsort: () => void;
  /** A column that is to be filtered: opens the form for it. */
  asked: string | undefined;
  onAsked: () => void;
}

/** The conditions that rows fulfil and their order, to add and take away. They apply to the whole table. */
export function FilterBar({ columns, where, onChange, sort, onUnsort, asked, onAsked }: Props) {
  const { t } = useTranslation("data");
  const button = useRef<HTMLButtonElement>(null);
  const [edited, setEdited] = useState<number>();
  const isOpen = edited !== undefined || asked !== undefined;
  const close = () => {
    setEdited(undefined);
    onAsked();
  };
  const keep = (condition: Condition) => {
    onChange(edited !== undefined && edited < where.length ? where.map((one, index) => (index === edited ? condition : one)) : [...where, condition]);
    close();
  };
  // What is taken away takes the focus with it.
  const drop = (deed: () => void) => () => {
    deed();
    button.current?.focus();
  };
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const first: Condition = (edited !== undefined ? where[edited] : undefined) ?? beginning(columns.find((column) => column.name === asked) ?? columns[0]);
  return (
    <>
      <Button ref={button} size="small" variant="outlined" startIcon={<Filter size={15} />} onClick={() => setEdited(where.length)} aria-haspopup="dialog">{t("add_filter")}</Button>
      {where.map((condition, index) => (
        <Chip key={JSON.stringify(condition)} label={`${condition.column} ${t(`is.${condition.is}`, { defaultValue: condition.is })}${condition.is === "missing" || condition.is === "present" ? "" : ` ${condition.value ?? ""}`}`} onClick={() => setEdited(index)} onDelete={drop(() => onChange(where.filter((_, at) => at !== index)))} sx={{ maxWidth: 320 }} />
      ))}
      {sort && <Chip variant="outlined" icon={sort.startsWith("-") ? <ArrowDown size={14} /> : <ArrowUp size={14} />} label={sort.replace(/^-/, "")} onDelete={drop(onUnsort)} aria-label={t("sorted_by", { name: sort.replace(/^-/, "") })} />}
      <Box ref={setAnchor} />
      <Popover open={isOpen && anchor !== null} anchorEl={anchor} onClose={close} anchorOrigin={{ vertical: "bottom", horizontal: "left" }} slotProps={{ paper: { role: "dialog", "aria-label": t("add_filter"), sx: { p: 2, width: 380, maxWidth: "calc(100vw - 24px)" } } }}>
        {isOpen && <ConditionForm key={`${edited ?? ""} ${asked ?? ""}`} columns={columns} first={first} onKeep={keep} />}
      </Popover>
    </>
  );
}

function beginning(column: ColumnInfo | undefined): Condition {
  return { column: column?.name ?? "", is: column && isText(column.type) ? "contains" : "=", value: "" };
}

/** What makes sense for a type. */
function operatorsFor(type: string): readonly Operator[] {
  if (isNumeric(type)) return OPERATORS;
  if (isTemporal(type)) return OPERATORS.filter((one) => one !== "contains");
  if (type === "boolean") return ["=", "missing", "present"];
  return ["contains", "=", "!=", "<", ">", "missing", "present"];
}

function ConditionForm({ columns, first, onKeep }: { columns: ColumnInfo[]; first: Condition; onKeep: (condition: Condition) => void }) {
  const { t } = useTranslation("data");
  const [condition, setCondition] = useState(first);
  const type = columns.find((column) => column.name === condition.column)?.type ?? "text";
  const operators = operatorsFor(type);
  const needsValue = condition.is !== "missing" && condition.is !== "present";
  const fits = isFit(condition, type);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (fits) onKeep({ column: condition.column, is: condition.is, ...(needsValue && { value: condition.value }) });
  };
  const set = (part: Partial<Condition>) => setCondition({ ...condition, ...part });
  const choose = (name: string) => {
    const next = columns.find((column) => column.name === name);
    const can = operatorsFor(next?.type ?? "text");
    set({ column: name, is: (can as readonly string[]).includes(condition.is) ? condition.is : can[0] });
  };
  const isBoolean = type === "boolean";
  return (
    <Box component="form" onSubmit={submit} sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
      <TextField select label={t("column")} value={condition.column} onChange={(event) => choose(event.target.value)}>
        {columns.map((column) => <MenuItem key={column.name} value={column.name}>{column.name}</MenuItem>)}
      </TextField>
      <TextField select label={t("condition")} value={condition.is} onChange={(event) => set({ is: event.target.value })}>
        {operators.map((one) => <MenuItem key={one} value={one}>{t(`is.${one}`)}</MenuItem>)}
      </TextField>
      {needsValue && (
        <TextField select={isBoolean} label={t("value")} value={condition.value ?? ""} onChange={(event) => set({ value: event.target.value })} autoFocus error={!fits && (condition.value ?? "") !== ""} helperText={isNumeric(type) ? t("value_number") : isTemporal(type) ? t(type === "date" ? "value_day" : "value_time") : " "} inputMode={isNumeric(type) ? "decimal" : undefined} placeholder={isTemporal(type) ? (type === "date" ? "2026-01-31" : "2026-01-31 14:05") : undefined}>
          {isBoolean && [<MenuItem key="true" value="true">{t("common:yes")}</MenuItem>, <MenuItem key="false" value="false">{t("common:no")}</MenuItem>]}
        </TextField>
      )}
      <Button type="submit" variant="contained" disabled={!fits || (needsValue && isBoolean && !condition.value)}>{t("apply")}</Button>
    </Box>
  );
}
