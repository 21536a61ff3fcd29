import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { Unlink } from "lucide-react";
import { memo, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { connect, disconnect } from "../model/edits";
import { fromOf, type Graph, reachedFrom, type Role } from "../model/graph";
import { type Builder, useBuilderPart } from "./context";

interface Props {
  name: string;
  role: Role;
  kind: string;
  /** As it is written. */
  from: unknown;
}

/** What a node may read from, in one word, so that other changes of the document draw nothing anew. */
function outputsOf(graph: Graph): string {
  return [...graph.nodes.values()].filter((one) => one.role !== "destination").flatMap((one) => (one.outputs.length > 1 ? one.outputs.map((output) => `${one.name}.${output}`) : [one.name])).join("\n");
}

const part = ({ graph, kinds, edit, mayEdit }: Builder) => ({ edges: graph.edges, outputs: outputsOf(graph), kinds, edit, mayEdit });

/** Where the rows of a node come from, as fields: what lines do on the canvas, for the keyboard and for phones. */
export const Inputs = memo(function Inputs({ name, role, kind, from }: Props) {
  const { t } = useTranslation("pipelines");
  const { edges, outputs: all, kinds, edit, mayEdit } = useBuilderPart(part);
  // Rows must not come back to where they went through.
  const outputs = useMemo(() => { const behind = reachedFrom({ edges }, name); return all.split("\n").filter((output) => output !== "" && !behind.has(output.split(".")[0] ?? "")); }, [all, edges, name]);
  const used = useMemo(() => fromOf({ [role]: kind, from }, kinds), [role, kind, from, kinds]);
  if (role === "source") return null;
  const ports = kinds.get(`${role}:${kind}`)?.inputs ?? { kind: "one" as const };
  const inputs = ports.kind === "named" ? [...new Set([...ports.names, ...used.map((one) => one.port)])] : ports.kind === "many" ? used.map((one) => one.port) : ["in"];
  const takesMore = ports.kind === "many";
  const field = (port: string | undefined, label: string) => {
    const reference = used.find((one) => one.port === port)?.reference ?? "";
    const choices = reference && !outputs.includes(reference) ? [reference, ...outputs] : outputs;
    return (
      <Box key={port ?? "+"} sx={{ display: "flex", gap: 0.5, alignItems: "center" }}>
        <TextField select label={label} value={reference} disabled={!mayEdit} onChange={(event) => edit(connect(kinds, event.target.value, name, port))} helperText={choices.length === 0 ? t("no_outputs") : undefined}>
          {choices.map((choice) => <MenuItem key={choice} value={choice}>{choice}</MenuItem>)}
        </TextField>
        {reference && mayEdit && <IconButton size="small" aria-label={t("disconnect", { port: label })} onClick={() => edit(disconnect(kinds, name, port ?? "in"))}><Unlink size={15} /></IconButton>}
      </Box>
    );
  };
  const single = inputs.length === 1 && !takesMore;
  return (
    <Box sx={{ display: "flex", flexDirection: "column", gap: 1.5 }}>
      {inputs.map((port) => field(port, single ? t("rows_from") : t("rows_from_port", { port })))}
      {takesMore && mayEdit && field(undefined, inputs.length === 0 ? t("rows_from") : t("rows_from_more"))}
    </Box>
  );
});
