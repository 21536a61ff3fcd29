import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { Unlink } from "lucide-react";
import { useTranslation } from "react-i18next";
import { connect, disconnect } from "../model/edits";
import { fromOf, type GraphNode, mayConnect } from "../model/graph";
import { useBuilder } from "./context";

/** Where the rows of a node come from, as fields: what lines do on the canvas, for the keyboard and for phones. */
export function Inputs({ node }: { node: GraphNode }) {
  const { t } = useTranslation("pipelines");
  const { graph, kinds, edit, mayEdit } = useBuilder();
  if (node.role === "source") return null;
  const used = fromOf(node.value, kinds);
  const outputs = [...graph.nodes.values()].filter((one) => mayConnect(graph, one.name, node.name)).flatMap((one) => (one.outputs.length > 1 ? one.outputs.map((output) => `${one.name}.${output}`) : [one.name]));
  const field = (port: string | undefined, label: string) => {
    const reference = used.find((one) => one.port === port)?.reference ?? "";
    const choices = reference && !outputs.includes(reference) ? [reference, ...outputs] : outputs;
    return (
      <Box key={port ?? "+"} sx={{ display: "flex", gap: 0.5, alignItems: "center" }}>
        <TextField select label={label} value={reference} disabled={!mayEdit} onChange={(event) => edit(connect(kinds, event.target.value, node.name, port))} helperText={choices.length === 0 ? t("no_outputs") : undefined}>
          {choices.map((choice) => <MenuItem key={choice} value={choice}>{choice}</MenuItem>)}
        </TextField>
        {reference && mayEdit && <IconButton size="small" aria-label={t("disconnect", { port: label })} onClick={() => edit(disconnect(kinds, node.name, port ?? "in"))}><Unlink size={15} /></IconButton>}
      </Box>
    );
  };
  const single = node.inputs.length === 1 && !node.takesMore;
  return (
    <Box sx={{ display: "flex", flexDirection: "column", gap: 1.5 }}>
      {node.inputs.map((port) => field(port, single ? t("rows_from") : t("rows_from_port", { port })))}
      {node.takesMore && mayEdit && field(undefined, node.inputs.length === 0 ? t("rows_from") : t("rows_from_more"))}
    </Box>
  );
}
