import { type ReactNode, useMemo } from "react";
import type { Finding } from "@/api/problem";
import { Fields } from "./Fields";
import { FormContext } from "./context";
import type { FieldProps } from "./Field";
import type { Schema } from "./schema";

interface Props {
  schema: Schema;
  value: Record<string, unknown>;
  onChange: (value: Record<string, unknown>) => void;
  problems?: Finding[];
  suggest?: (path: string, name: string) => string[];
  kept?: string[];
  disabled?: boolean;
  /** Settings that are shown elsewhere. */
  hide?: string[];
  /** Draws settings that are SQL; the plain field if it says nothing. */
  sql?: (props: FieldProps) => ReactNode;
}

const nothing = () => [];

/** The form of any settings, from their JSON Schema: connectors, transforms, channels, schedules. */
export function SchemaForm({ schema, value, onChange, problems, suggest = nothing, kept, disabled = false, hide, sql }: Props) {
  const context = useMemo<FormContext>(() => ({ root: schema, problems: problems ?? [], suggest, kept: kept ?? [], disabled, sql }), [schema, problems, suggest, kept, disabled, sql]);
  return (
    <FormContext value={context}>
      <Fields schema={schema} path="" value={value} onChange={onChange} hide={hide} />
    </FormContext>
  );
}
