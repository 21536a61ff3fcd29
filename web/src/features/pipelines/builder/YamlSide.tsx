import type { CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import Box from "@mui/material/Box";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { CodeEditor } from "@/components/code/CodeEditor";
import { useServerWords } from "@/lib/serverWords";
import { sayBoth } from "@/lib/sayings";
import { useBuilder } from "./context";

/** The document as text. What is typed here stands on the canvas at once, and the other way round. */
export function YamlSide({ onRun }: { onRun: () => void }) {
  const { t } = useTranslation("pipelines");
  const { text, setText, mayEdit, problems, graph, selected, kinds } = useBuilder();
  const words = useServerWords();
  const marks = useMemo(() => problems.flatMap((problem) => (problem.line ? [{ line: problem.line, column: problem.column ?? undefined, message: sayBoth(problem) }] : [])), [problems]);
  const line = graph.nodes.get(selected.at(-1) ?? "")?.line;
  const complete = useMemo(() => {
    const names = [...graph.nodes.keys()];
    return (context: CompletionContext): CompletionResult | null => {
      const before = context.state.doc.lineAt(context.pos).text.slice(0, context.pos - context.state.doc.lineAt(context.pos).from);
      const word = context.matchBefore(/[\p{L}_][\p{L}\p{N}_.-]*$/u);
      const from = word?.from ?? context.pos;
      const role = /\b(source|transform|destination):\s*\S*$/.exec(before)?.[1];
      if (role) return { from, options: [...kinds.values()].filter((kind) => kind.role === role).map((kind) => ({ label: kind.name, detail: kind.title, info: kind.summary, type: "type" })) };
      if (/\bfrom:.*$/.test(before)) return { from, options: names.map((label) => ({ label, type: "variable" })) };
      if (!word && !context.explicit) return null;
      // Keys of the node that the cursor is in.
      const at = context.state.doc.lineAt(context.pos).number;
      const node = [...graph.nodes.values()].filter((one) => one.line > 0 && one.line <= at).sort((a, b) => b.line - a.line)[0];
      const kind = node && kinds.get(`${node.role}:${node.kind}`);
      if (!kind || !/^\s+[\p{L}_]*$/u.test(before)) return null;
      return { from, options: ["from", "description", ...Object.keys(kind.schema.properties ?? {})].map((label) => ({ label, apply: `${label}: `, info: words.text(kind.schema.properties?.[label]?.description ?? "") || undefined, type: "property" })) };
    };
  }, [graph, kinds, words]);
  return (
    <Box sx={{ height: "100%", minHeight: 0, p: 0, "& > div": { border: 0, borderRadius: 0 } }}>
      <CodeEditor language="yaml" label={t("yaml_label")} height="100%" value={text} onChange={(next) => setText(next, "yaml")} readOnly={!mayEdit} marks={marks} complete={complete} line={line} onRun={onRun} />
    </Box>
  );
}
