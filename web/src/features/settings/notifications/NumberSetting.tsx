import { NumberField } from "@/components/NumberField";

interface Props {
  label: string;
  help?: string;
  /** What counts when nothing is typed. */
  usual?: number;
  value: number | null | undefined;
  /** NaN for what is no number. */
  onChange: (value: number | undefined) => void;
  disabled?: boolean;
}

/** A number that may be left out. */
export function NumberSetting({ label, help, usual, value, onChange, disabled }: Props) {
  return (
    <NumberField
      label={label}
      min={0}
      value={value}
      disabled={disabled}
      placeholder={usual === undefined ? undefined : String(usual)}
      onChange={(next) => onChange(typeof next === "string" ? NaN : next)}
      helperText={help}
      slotProps={{ inputLabel: { shrink: true } }}
    />
  );
}
