import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Marked } from "@/components/Marked";
import type { FieldProps } from "@/components/form/Field";
import { SchemaForm } from "@/components/form/SchemaForm";
import { streamsQuery } from "@/lib/streams";
import { useStable } from "@/lib/useLatest";
import { setNode } from "../model/edits";
import { type GraphNode, problemsOf } from "../model/graph";
import { kindKey, OWN_KEYS } from "../model/kinds";
import type { Json } from "../model/yaml";
import { sayBoth } from "@/lib/sayings";
import { columnsInto, useBuilder, useBuilderStore } from "./context";
import { Inputs } from "./Inputs";
import { ConnectionField, DescriptionField, NameField } from "./ownFields";
import { QueryField, type Table } from "./sql";

const COLUMN_SETTINGS = ["by", "key", "on", "order_by", "partition_by", "at", "within"];

/** The form of a node. What is wrong stands at the field that is wrong. */
export function NodeForm({ node, onPreview }: { node: GraphNode; onPreview: () => void }) {
  const { t } = useTranslation("pipelines");
  const builder = useBuilder();
  const store = useBuilderStore();
  const { slug, kinds, graph, problems, edit, mayEdit, connections, outlines } = builder;
  const { name, role, value: written } = node;
  const kind = kinds.get(kindKey(role, node.kind));
  const found = useMemo(() => problemsOf(problems, name), [problems, name]);
  const isSpelledOut = typeof written.connection === "object";
  const hidden = useMemo(() => OWN_KEYS.filter((key) => key !== "connection" || !isSpelledOut), [isSpelledOut]);
  const knows = node.connection !== undefined && connections.some((one) => one.name === node.connection);
  const streams = useQuery({ ...streamsQuery(slug, node.connection ?? ""), enabled: knows && mayEdit && role !== "transform" });
  const { edges } = graph;
  const tables = useMemo<Table[]>(() => {
    if (role === "source") return (streams.data ?? []).map((stream) => ({ name: stream.name, columns: stream.columns ?? [] }));
    return columnsInto({ edges, outlines }, name).map(({ port, columns }) => ({ name: port, columns }));
  }, [role, name, edges, outlines, streams.data]);
  const value = useMemo(() => Object.fromEntries(Object.entries(written).filter(([key]) => !hidden.includes(key))), [written, hidden]);

  const { change, own } = useStable({
    change: (next: Json) => {
      const kept = Object.entries(written).flatMap(([key, old]): [string, unknown][] => (hidden.includes(key) ? [[key, old]] : key in next ? [[key, next[key]]] : []));
      edit(setNode(name, { ...Object.fromEntries(kept), ...Object.fromEntries(Object.entries(next).filter(([key]) => !(key in written))) }), `form ${name}`);
    },
    own: (key: string, next: string | undefined) => {
      const { [key]: _, ...rest } = written;
      edit(setNode(name, next === undefined || next === "" ? rest : key in written ? { ...written, [key]: next } : { ...rest, [key]: next }), `${key} ${name}`);
    },
  });
  const { table } = written;
  const suggest = useCallback(
    (path: string, setting: string): string[] => {
      if (setting === "table" && role !== "transform") return (streams.data ?? []).map((stream) => stream.name);
      if (path === "/mirror/of") return [...store.now.graph.nodes.keys()];
      const top = kind?.schema.properties?.[path.split("/")[1] ?? ""];
      if (!/column/i.test(`${top?.description ?? ""} ${path}`) && !COLUMN_SETTINGS.includes(setting)) return [];
      const columns = role === "source" ? (streams.data?.find((stream) => stream.name === table)?.columns ?? outlines.get(name)?.outputs[0]?.columns ?? []) : tables.flatMap((one) => one.columns);
      return [...new Set(columns.map((column) => column.name))];
    },
    [store, role, name, table, streams.data, kind, tables, outlines],
  );
  const sql = useCallback((props: FieldProps) => (props.name === "query" && typeof props.value !== "object" ? <QueryField {...props} tables={tables} onRun={onPreview} /> : null), [tables, onPreview]);

  const general = found.filter((problem) => problem.path === "" || OWN_KEYS.some((key) => problem.path === `/${key}` || problem.path.startsWith(`/${key}/`)));
  const fault = builder.faults.get(name);
  return (
    <Box sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
      {general.map((problem) => <Alert key={problem.path + problem.message} severity="error" sx={{ py: 0.25 }}><Marked text={sayBoth(problem)} /></Alert>)}
      {fault && <Alert severity="warning" sx={{ py: 0.25 }}><Marked text={fault} /></Alert>}
      <NameField name={name} />
      {role !== "transform" && !isSpelledOut && <ConnectionField kind={node.kind} connection={node.connection} own={own} />}
      <Inputs name={name} role={role} kind={node.kind} from={written.from} />
      {kind ? <SchemaForm key={name} schema={kind.schema} value={value} onChange={change} problems={found} suggest={suggest} disabled={!mayEdit} hide={hidden} sql={sql} /> : <Alert severity="warning">{t("unknown_kind", { kind: node.kind })}</Alert>}
      <DescriptionField description={node.description} disabled={!mayEdit} own={own} />
    </Box>
  );
}
