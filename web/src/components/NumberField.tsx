import TextField, { type TextFieldProps } from "@mui/material/TextField";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { isTooLong, type Limits, readNumber } from "@/lib/numbers";

type Read = ReturnType<typeof readNumber>;

/**
 * The text of a number while it is typed. What stands in the field is what was typed, so that `0.0` can become `0.05`; the
 * value follows. What is no number is handed on as text, so that nobody takes the number before it for what is meant.
 */
export function useNumberText(value: unknown, onChange: (value: Read) => void, limits: Limits = {}): { text: string; wrong: string | undefined; change: (text: string) => void } {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string>();
  // A draft belongs to the value that it says; when that changes from outside, the draft is old. Where values must be numbers,
  // NaN stands for what is none.
  const says = (draft: string) => { const read = readNumber(draft, limits); return read === (value ?? undefined) || (typeof read !== "number" && Number.isNaN(value)); };
  const text = typed !== undefined && says(typed) ? typed : value == null ? "" : String(value);
  const isNone = typeof readNumber(text, limits) === "string";
  const { min, max } = limits;
  const isOutside = isNone && typeof readNumber(text) === "number";
  const wrong = !isNone ? undefined : isTooLong(text) ? t("form.too_long") : !isOutside ? t("form.bad_number") : max !== undefined ? t("form.bad_count_between", { min: min ?? 0, max }) : t("form.bad_count", { min: min ?? 0 });
  return { text, wrong, change: (next) => { setTyped(next); onChange(readNumber(next, limits)); } };
}

type Props = Limits & Omit<TextFieldProps, "value" | "onChange" | "type" | "error"> & {
  value: unknown;
  /** Text for what is no number, or none that is taken here. */
  onChange: (value: Read) => void;
  /** What the server says is wrong. */
  problem?: ReactNode;
};

/** A field for a number. */
export function NumberField({ value, onChange, whole, min, max, problem, helperText, slotProps, ...props }: Props) {
  const { text, wrong: found, change } = useNumberText(value, onChange, { whole, min, max });
  const wrong = found ?? problem;
  return <TextField {...props} value={text} onChange={(event) => change(event.target.value)} error={wrong !== undefined} helperText={wrong ?? helperText} slotProps={{ ...slotProps, htmlInput: { inputMode: whole ? "numeric" : "decimal", autoComplete: "off" } }} />;
}
