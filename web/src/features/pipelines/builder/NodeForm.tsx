import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Finding } from "@/api/problem";
import type { FieldProps } from "@/components/form/Field";
import { SchemaForm } from "@/components/form/SchemaForm";
import { LinkButton } from "@/components/links";
import { setNode } from "../model/edits";
import { type GraphNode, problemsOf } from "../model/graph";
import { type Kind, kindKey, OWN_KEYS } from "../model/kinds";
import type { Json } from "../model/yaml";
import { streamsQuery } from "@/lib/streams";
import { sayBoth } from "@/lib/sayings";
import { columnsInto, useBuilder } from "./context";
import { Inputs } from "./Inputs";
import { QueryField, type Table } from "./sql";

/** What is missing is said of the node; here it stands at the field that is to be filled. */
function atField(problem: Finding, kind: Kind | undefined): Finding {
  const name = problem.path === "" ? /^`([^`]+)` is missing$/.exec(problem.message)?.[1] : undefined;
  return name && kind?.schema.properties?.[name] ? { ...problem, path: `/${name}` } : problem;
}

/** The form of a node. What is wrong stands at the field that is wrong. */
export function NodeForm({ node, onPreview }: { node: GraphNode; onPreview: () => void }) {
  const { t } = useTranslation("pipelines");
  const builder = useBuilder();
  const { slug, kinds, graph, problems, edit, mayEdit, connections, outlines } = builder;
  const kind = kinds.get(kindKey(node.role, node.kind));
  const found = useMemo(() => problemsOf(problems, node.name).map((problem) => atField(problem, kind)), [problems, node.name, kind]);
  const hidden = useMemo(() => OWN_KEYS.filter((key) => key !== "connection" || typeof node.value.connection !== "object"), [node]);
  const knows = node.connection !== undefined && connections.some((one) => one.name === node.connection);
  const streams = useQuery({ ...streamsQuery(slug, node.connection ?? ""), enabled: knows && mayEdit && node.role !== "transform" });
  const tables = useMemo<Table[]>(() => {
    if (node.role === "source") return (streams.data ?? []).map((stream) => ({ name: stream.name, columns: stream.columns ?? [] }));
    return columnsInto({ graph, outlines }, node.name).map(({ port, columns }) => ({ name: port, columns }));
  }, [node, graph, outlines, streams.data]);
  const value = useMemo(() => Object.fromEntries(Object.entries(node.value).filter(([key]) => !hidden.includes(key))), [node.value, hidden]);

  const change = (next: Json) => {
    const kept = Object.entries(node.value).flatMap(([key, old]): [string, unknown][] => (hidden.includes(key) ? [[key, old]] : key in next ? [[key, next[key]]] : []));
    edit(setNode(node.name, { ...Object.fromEntries(kept), ...Object.fromEntries(Object.entries(next).filter(([key]) => !(key in node.value))) }), `form ${node.name}`);
  };
  const own = (key: string, next: string | undefined) => {
    const { [key]: _, ...rest } = node.value;
    edit(setNode(node.name, next === undefined || next === "" ? rest : key in node.value ? { ...node.value, [key]: next } : { ...rest, [key]: next }), `${key} ${node.name}`);
  };
  const suggest = useCallback(
    (path: string, name: string): string[] => {
      if (name === "table" && node.role !== "transform") return (streams.data ?? []).map((stream) => stream.name);
      if (path === "/mirror/of") return [...graph.nodes.keys()];
      const top = kind?.schema.properties?.[path.split("/")[1] ?? ""];
      const speaksOfColumns = /column/i.test(`${top?.description ?? ""} ${path}`) || ["by", "key", "on", "order_by", "partition_by", "at", "within"].includes(name);
      if (!speaksOfColumns) return [];
      const columns = node.role === "source" ? (streams.data?.find((stream) => stream.name === node.value.table)?.columns ?? outlines.get(node.name)?.outputs[0]?.columns ?? []) : tables.flatMap((table) => table.columns);
      return [...new Set(columns.map((column) => column.name))];
    },
    [node, streams.data, graph, kind, tables, outlines],
  );
  const sql = useCallback((props: FieldProps) => (props.name === "query" && typeof props.value !== "object" ? <QueryField {...props} tables={tables} onRun={onPreview} /> : null), [tables, onPreview]);

  const general = found.filter((problem) => problem.path === "" || OWN_KEYS.some((key) => problem.path === `/${key}` || problem.path.startsWith(`/${key}/`)));
  const fault = builder.faults.get(node.name);
  return (
    <Box sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
      {general.map((problem) => <Alert key={problem.path + problem.message} severity="error" sx={{ py: 0.25 }}>{sayBoth(problem)}</Alert>)}
      {fault && <Alert severity="warning" sx={{ py: 0.25 }}>{fault}</Alert>}
      <NameField node={node} />
      {node.role !== "transform" && typeof node.value.connection !== "object" && (
        <TextField select label={t("connection")} value={node.connection ?? ""} disabled={!mayEdit} onChange={(event) => own("connection", event.target.value || undefined)} helperText={node.kind === "file" ? t("connection_file_hint") : undefined} slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}>
          <MenuItem value=""><em>{node.kind === "file" ? t("connection_files") : t("connection_none")}</em></MenuItem>
          {node.connection && !connections.some((one) => one.name === node.connection) && <MenuItem value={node.connection}>{node.connection}</MenuItem>}
          {connections.filter((one) => one.connector === node.kind).map((one) => <MenuItem key={one.id} value={one.name}>{one.name}</MenuItem>)}
        </TextField>
      )}
      {node.role !== "transform" && !node.connection && node.kind !== "file" && mayEdit && !connections.some((one) => one.connector === node.kind) && (
        <LinkButton to="/w/$workspace/connections/new" params={{ workspace: slug }} search={{ connector: node.kind }} size="small" sx={{ alignSelf: "flex-start" }}>{t("make_connection")}</LinkButton>
      )}
      <Inputs node={node} />
      {kind ? <SchemaForm key={node.name} schema={kind.schema} value={value} onChange={change} problems={found} suggest={suggest} disabled={!mayEdit} hide={hidden} sql={sql} /> : <Alert severity="warning">{t("unknown_kind", { kind: node.kind })}</Alert>}
      <TextField label={t("description")} value={node.description} disabled={!mayEdit} multiline maxRows={6} onChange={(event) => own("description", event.target.value)} helperText={t("description_hint")} />
    </Box>
  );
}

/** The name of a node; it changes when the field is left, since others refer to it. */
function NameField({ node }: { node: GraphNode }) {
  const { t } = useTranslation("pipelines");
  const { graph, rename, select, mayEdit } = useBuilder();
  const [typed, setTyped] = useState<{ of: string; name: string }>();
  const name = typed?.of === node.name ? typed.name : node.name;
  const isTaken = name !== node.name && graph.nodes.has(name);
  const isBad = !/^[\p{L}\p{N}_-]+$/u.test(name);
  const settle = () => {
    setTyped(undefined);
    if (name === node.name || isTaken || isBad) return;
    rename(node.name, name);
    select([name]);
  };
  return <TextField label={t("name")} value={name} disabled={!mayEdit} onChange={(event) => setTyped({ of: node.name, name: event.target.value })} onBlur={settle} onKeyDown={(event) => { if (event.key === "Enter") settle(); }} error={isTaken || isBad} helperText={isTaken ? t("name_taken") : isBad ? t("name_bad") : undefined} />;
}
