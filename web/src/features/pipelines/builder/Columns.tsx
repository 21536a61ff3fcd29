import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { Marked } from "@/components/Marked";
import { ProblemAlert } from "@/components/ProblemAlert";
import { Waiting } from "@/components/Waiting";
import { formatNumber } from "@/lib/format";
import type { GraphNode } from "../model/graph";
import type { ColumnLineage } from "../requests";
import { useBuilder } from "./context";

/** The columns that a node gives, and from where each comes. */
export function Columns({ node }: { node: GraphNode }) {
  const { t } = useTranslation("pipelines");
  const builder = useBuilder();
  const { outlines, isPlanning, planFault, problems, select } = builder;
  const outline = outlines.get(node.name);
  if (problems.length > 0 && !outline) return <Alert severity="info">{t("columns_problems", { count: problems.length })}</Alert>;
  if (!outline && planFault) return <ProblemAlert error={planFault} places={false} />;
  if (!outline && isPlanning) return <Waiting text={t("columns_loading")} />;
  if (!outline) return <Typography color="textSecondary"><Marked text={builder.faults.get(node.name) ?? t("columns_none")} /></Typography>;
  return (
    <Box sx={{ opacity: isPlanning ? 0.6 : 1 }} aria-busy={isPlanning}>
      {outline.outputs.map((output) => (
        <Box key={output.port} sx={{ mb: 2 }}>
          <Typography variant="h3" component="h3" sx={{ mb: 0.5 }}>{node.role === "destination" ? t("columns_written", { count: output.columns.length }) : outline.outputs.length > 1 ? t("columns_of_port", { port: output.port, count: output.columns.length }) : t("columns_count", { count: output.columns.length, formatted: formatNumber(output.columns.length) })}</Typography>
          <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0 }}>
            {output.columns.map((column, index) => (
              <Box component="li" key={column.name} sx={{ py: 0.6, borderBottom: 1, borderColor: "divider" }}>
                <Box sx={{ display: "flex", gap: 1, alignItems: "baseline" }}>
                  <Box component="span" sx={{ fontWeight: 600, overflowWrap: "anywhere", flex: 1 }}>{column.name}</Box>
                  <Box component="code" sx={{ fontSize: 12, color: "text.secondary" }}>{column.type}{column.nullable ? "" : " *"}</Box>
                </Box>
                <Typography variant="caption" color="textSecondary" component="div"><Lineage isSource={node.role === "source"} lineage={output.lineage[index]} onGo={(to) => select([to])} /></Typography>
              </Box>
            ))}
          </Box>
        </Box>
      ))}
      <Typography variant="caption" color="textSecondary">{t("columns_legend")}</Typography>
    </Box>
  );
}

/** From which columns a column comes: those of the nodes before, and those of the sources behind them. */
function Lineage({ isSource, lineage, onGo }: { isSource: boolean; lineage: ColumnLineage | undefined; onGo: (node: string) => void }) {
  const { t } = useTranslation("pipelines");
  const from = lineage?.from ?? [];
  if (!lineage || from.length === 0) return <>{isSource ? t("origin_source") : t("origin_made")}</>;
  const list = (origins: ColumnLineage["from"]) => origins.map((origin, index) => (
    <span key={`${origin.node} ${origin.port} ${origin.column}`}>
      {index > 0 && ", "}
      <Box component="button" type="button" onClick={() => onGo(origin.node)} sx={{ border: 0, p: 0, bgcolor: "transparent", color: "primary.main", font: "inherit", cursor: "pointer", textAlign: "left", overflowWrap: "anywhere", "&:hover": { textDecoration: "underline" } }}>{origin.node}.{origin.column}</Box>
    </span>
  ));
  const isComputed = from.some((origin) => origin.how === "computed");
  const isRenamed = !isComputed && from.length === 1 && from[0]?.column !== lineage.column;
  const key = (origins: ColumnLineage["from"]) => origins.map((origin) => `${origin.node}.${origin.column}`).join();
  return (
    <>
      {t("origin_from")} {list(from)}
      {isComputed && ` (${t("origin_computed")})`}
      {isRenamed && ` (${t("origin_renamed")})`}
      {lineage.sources.length > 0 && key(lineage.sources) !== key(from) && <Box component="span" sx={{ display: "block" }}>{t("origin_sources")} {list(lineage.sources)}</Box>}
    </>
  );
}
