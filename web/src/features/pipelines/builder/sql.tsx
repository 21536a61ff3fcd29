import type { CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import Box from "@mui/material/Box";
import FormHelperText from "@mui/material/FormHelperText";
import FormLabel from "@mui/material/FormLabel";
import { useTranslation } from "react-i18next";
import { CodeEditor } from "@/components/code/CodeEditor";
import { useForm, useProblem } from "@/components/form/context";
import { type FieldProps, nameShown } from "@/components/form/Field";
import { useLabel } from "@/components/form/words";
import { Help } from "@/components/form/Help";
import { withoutNull } from "@/components/form/schema";
import type { Column } from "../requests";

export interface Table {
  name: string;
  columns: Column[];
}

const WORDS = ["select", "from", "where", "group by", "order by", "having", "join", "left join", "on", "as", "and", "or", "not", "is null", "is not null", "in", "between", "like", "case when", "then", "else", "end", "distinct", "limit", "union all", "with", "over", "partition by", "cast", "count(*)", "sum", "avg", "min", "max", "coalesce", "round", "lower", "upper", "trim", "date_trunc", "row_number()", "string_agg"];

/** Names of inputs and of their columns, while one types; behind `name.` only the columns of that input. */
export function completionOf(tables: Table[]) {
  return (context: CompletionContext): CompletionResult | null => {
    const dotted = context.matchBefore(/([\p{L}_][\p{L}\p{N}_]*)\.([\p{L}\p{N}_]*)$/u);
    if (dotted) {
      const [of = "", begun = ""] = dotted.text.split(".");
      const table = tables.find((one) => one.name === of) ?? aliased(context.state.doc.toString(), of, tables);
      if (table) return { from: context.pos - begun.length, options: table.columns.map(optionOf) };
    }
    const word = context.matchBefore(/[\p{L}_][\p{L}\p{N}_]*$/u);
    if (!word && !context.explicit) return null;
    const columns = new Map(tables.flatMap((table) => table.columns.map((column) => [column.name, column] as const)));
    return {
      from: word?.from ?? context.pos,
      options: [
        ...[...columns.values()].map((column) => ({ ...optionOf(column), boost: 2 })),
        ...tables.map((table) => ({ label: table.name, type: "class", boost: 1 })),
        ...WORDS.map((label) => ({ label, type: "keyword" })),
      ],
    };
  };
}

function optionOf({ name, type }: Column) {
  return { label: name, apply: /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`, type: "property", detail: type };
}

/** `from orders o` makes `o` another name for `orders`. */
function aliased(sql: string, alias: string, tables: Table[]): Table | undefined {
  const found = new RegExp(`\\b([\\p{L}_][\\p{L}\\p{N}_]*)\\s+(?:as\\s+)?${alias}\\b`, "iu").exec(sql);
  return tables.find((table) => table.name.toLowerCase() === found?.[1]?.toLowerCase());
}

/** A query, in an editor that knows the columns of the inputs. */
export function QueryField({ tables, onRun, ...props }: FieldProps & { tables: Table[]; onRun: () => void }) {
  const { t } = useTranslation("pipelines");
  const { root, disabled } = useForm();
  const schema = withoutNull(props.schema, root);
  const problem = useProblem(props.path, schema);
  const label = useLabel(props);
  return (
    <Box>
      <FormLabel component="div" required={props.required} error={problem !== undefined} sx={{ fontSize: 12, mb: 0.5 }}>{label}</FormLabel>
      <CodeEditor language="sql" label={label} height={260} value={typeof props.value === "string" ? props.value : ""} readOnly={disabled} onChange={(text) => props.onChange(text === "" && !props.required ? undefined : text)} complete={completionOf(tables)} onRun={onRun} placeholder={t("sql_placeholder")} />
      <FormHelperText component="div" error={problem !== undefined}><Help name={nameShown(props)} schema={schema} problem={problem} /></FormHelperText>
    </Box>
  );
}
