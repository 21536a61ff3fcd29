import Box from "@mui/material/Box";
import Chip from "@mui/material/Chip";
import Tab from "@mui/material/Tab";
import Tabs from "@mui/material/Tabs";
import Typography from "@mui/material/Typography";
import { Minus, Pencil, Plus } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Waiting } from "@/components/Waiting";
import { around, compare, lines, valueOf } from "../model/compare";
import type { Kinds } from "../model/kinds";

const DiffCanvas = lazy(() => import("./DiffCanvas"));
export const CHANGES = { added: { icon: Plus, color: "success" }, removed: { icon: Minus, color: "error" }, changed: { icon: Pencil, color: "warning" } } as const;

/** What differs between two documents: on the canvas, in words and line by line. */
export function DiffView({ from, to, kinds }: { from: string; to: string; kinds: Kinds }) {
  const { t } = useTranslation("pipelines");
  const [tab, setTab] = useState("nodes");
  const found = useMemo(() => compare(valueOf(from), valueOf(to)), [from, to]);
  const shown = useMemo(() => around(lines(from, to)), [from, to]);
  if (from === to) return <Typography color="textSecondary" sx={{ py: 2 }}>{t("diff_same")}</Typography>;
  return (
    <Box>
      <Tabs value={tab} onChange={(_, next: string) => setTab(next)} sx={{ minHeight: 38, mb: 1, "& .MuiTab-root": { minHeight: 38 } }}>
        <Tab value="nodes" label={t("diff_nodes")} id="diff-tab-nodes" aria-controls="diff-body" />
        <Tab value="canvas" label={t("diff_canvas")} id="diff-tab-canvas" aria-controls="diff-body" />
        <Tab value="lines" label={t("diff_lines")} id="diff-tab-lines" aria-controls="diff-body" />
      </Tabs>
      <Box id="diff-body" role="tabpanel" aria-labelledby={`diff-tab-${tab}`} tabIndex={0}>
        {tab === "nodes" && (
          <Box component="ul" sx={{ listStyle: "none", p: 0, m: 0, display: "flex", flexDirection: "column", gap: 1 }}>
            {found.nodes.map(({ node, change, settings }) => {
              const { icon: Icon, color } = CHANGES[change];
              return (
                <Box component="li" key={node} sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
                  <Chip size="small" variant="outlined" color={color} icon={<Icon size={13} aria-hidden />} label={t(`change.${change}`)} sx={{ px: 0.5 }} />
                  <Box component="span" sx={{ fontWeight: 600 }}>{node}</Box>
                  <Typography variant="body2" color="textSecondary">{settings.join(", ")}</Typography>
                </Box>
              );
            })}
            {found.sections.map((section) => <Box component="li" key={section} sx={{ display: "flex", gap: 1, alignItems: "center" }}><Chip size="small" variant="outlined" color="warning" icon={<Pencil size={13} aria-hidden />} label={t("change.changed")} sx={{ px: 0.5 }} /> <code>{section}</code></Box>)}
            {found.nodes.length + found.sections.length === 0 && <Typography component="li" color="textSecondary">{t("diff_only_text")}</Typography>}
          </Box>
        )}
        {tab === "canvas" && <Suspense fallback={<Waiting text={t("common:loading_page")} />}><DiffCanvas from={from} to={to} kinds={kinds} changes={found.nodes} /></Suspense>}
        {tab === "lines" && (
          <Box component="pre" tabIndex={0} aria-label={t("diff_lines")} sx={{ m: 0, fontSize: 12.5, lineHeight: 1.55, overflow: "auto", maxHeight: "50vh", border: 1, borderColor: "divider", borderRadius: 1, py: 0.5 }}>
            {shown.map((line, index) =>
              line === null ? <Box key={index} component="div" sx={{ color: "text.secondary", px: 1 }}>⋯</Box> : (
                <Box key={index} component="div" sx={{ display: "flex", px: 1, minWidth: "max-content", color: line.kind === "same" ? "text.secondary" : line.kind === "added" ? "success.main" : "error.main", fontWeight: line.kind === "same" ? 400 : 600 }}>
                  <Box component="span" aria-hidden sx={{ width: 36, flexShrink: 0, textAlign: "right", pr: 1, color: "text.secondary", fontWeight: 400 }}>{line.now ?? line.old}</Box>
                  {line.kind === "same" ? "  " : line.kind === "added" ? "+ " : "− "}{line.text}
                </Box>
              ),
            )}
          </Box>
        )}
      </Box>
    </Box>
  );
}
