import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { ProblemAlert } from "@/components/ProblemAlert";
import { Waiting } from "@/components/Waiting";
import { formatNumber } from "@/lib/format";
import type { GraphNode } from "../model/graph";
import { originOf } from "../model/lineage";
import { useBuilder } from "./context";

/** The columns that a node gives, and from where each comes. */
export function Columns({ node }: { node: GraphNode }) {
  const { t } = useTranslation("pipelines");
  const builder = useBuilder();
  const { outlines, graph, isPlanning, planFault, mayEdit, problems, select } = builder;
  const outline = outlines.get(node.name);
  if (!mayEdit) return <Typography color="textSecondary">{t("columns_editors")}</Typography>;
  if (problems.length > 0 && !outline) return <Alert severity="info">{t("columns_problems", { count: problems.length })}</Alert>;
  if (!outline && planFault) return <ProblemAlert error={planFault} places={false} />;
  if (!outline && isPlanning) return <Waiting text={t("columns_loading")} />;
  if (!outline) return <Typography color="textSecondary">{builder.faults.get(node.name) ?? t("columns_none")}</Typography>;
  return (
    <Box sx={{ opacity: isPlanning ? 0.6 : 1 }} aria-busy={isPlanning}>
      {outline.outputs.map((output) => (
        <Box key={output.port} sx={{ mb: 2 }}>
          <Typography variant="h3" component="h3" sx={{ mb: 0.5 }}>{node.role === "destination" ? t("columns_written", { count: output.columns.length }) : outline.outputs.length > 1 ? t("columns_of_port", { port: output.port, count: output.columns.length }) : t("columns_count", { count: output.columns.length, formatted: formatNumber(output.columns.length) })}</Typography>
          <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0 }}>
            {output.columns.map((column) => {
              const origins = originOf(graph, outlines, node.name, output.port, column);
              const [first] = origins;
              return (
                <Box component="li" key={column.name} sx={{ py: 0.6, borderBottom: 1, borderColor: "divider" }}>
                  <Box sx={{ display: "flex", gap: 1, alignItems: "baseline" }}>
                    <Box component="span" sx={{ fontWeight: 600, overflowWrap: "anywhere", flex: 1 }}>{column.name}</Box>
                    <Box component="code" sx={{ fontSize: 12, color: "text.secondary" }}>{column.type}{column.nullable ? "" : " *"}</Box>
                  </Box>
                  <Typography variant="caption" color="textSecondary" component="div">
                    {first?.how === "made" ? (node.role === "source" ? t("origin_source") : t("origin_made", { node: first.node })) : origins.map((origin, index) => (
                      <span key={origin.node + origin.column}>
                        {index > 0 && " · "}
                        {t("origin_from")}{" "}
                        <Box component="button" type="button" onClick={() => select([origin.node])} sx={{ border: 0, p: 0, bgcolor: "transparent", color: "primary.main", font: "inherit", cursor: "pointer", "&:hover": { textDecoration: "underline" } }}>{origin.node}.{origin.column}</Box>
                        {origin.how === "renamed" && ` (${t("origin_renamed")})`}
                        {origin.how === "converted" && ` (${t("origin_converted")})`}
                        {origin.how === "computed" && ` (${t("origin_computed")})`}
                      </span>
                    ))}
                  </Typography>
                </Box>
              );
            })}
          </Box>
        </Box>
      ))}
      <Typography variant="caption" color="textSecondary">{t("columns_legend")}</Typography>
    </Box>
  );
}
