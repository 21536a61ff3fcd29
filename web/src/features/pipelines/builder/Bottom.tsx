import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { ParamFields } from "@/components/ParamFields";
import { paramsIn } from "@/lib/params";
import { useBuilder } from "./context";
import { DryRun } from "./DryRun";
import { Preview } from "./Preview";
import { Tests } from "./Tests";
import type { useTrials } from "./useTrials";
import { isObject } from "../model/yaml";

export type Pane = "rows" | "changes" | "tests";

interface Props {
  pane: Pane;
  setPane: (pane: Pane) => void;
  trials: ReturnType<typeof useTrials>;
  onClose: () => void;
}

/** What stands below the canvas: rows of a node, what a run would change, how the tests end. */
export function Bottom({ pane, setPane, trials, onClose }: Props) {
  const { t } = useTranslation("pipelines");
  const { mayEdit, mayRun, view, graph, params, setParams, broken, select } = useBuilder();
  const tabs = (
    <ToggleButtonGroup exclusive size="small" value={pane} aria-label={t("panes")} onChange={(_, to: Pane | null) => to && setPane(to)} sx={{ "& .MuiToggleButton-root": { px: 1.25, py: 0.25 } }}>
      <ToggleButton value="rows">{t("rows")}</ToggleButton>
      <ToggleButton value="changes">{t("dry.tab")}</ToggleButton>
      <ToggleButton value="tests">{t("tests.tab")}</ToggleButton>
    </ToggleButtonGroup>
  );
  if (pane === "rows") return <Preview tabs={tabs} onClose={onClose} />;
  const declared = isObject(graph.value.params) ? graph.value.params : {};
  const isWhole = broken.length === 0;
  return (
    <Box component="section" aria-label={t(pane === "changes" ? "dry.title" : "tests.tab")} sx={{ display: "flex", flexDirection: "column", height: "100%", minHeight: 0, bgcolor: "background.paper" }}>
      <Box sx={{ display: "flex", gap: 1.5, alignItems: "center", px: 2, py: 0.75, minHeight: 43, borderBottom: 1, borderColor: "divider", flexWrap: "wrap" }}>
        {tabs}
        <Box sx={{ flex: 1 }} />
        {Object.keys(declared).length > 0 && <ParamFields params={paramsIn(declared)} values={params} onChange={setParams} inline />}
        <IconButton size="small" onClick={onClose} aria-label={t("panes_close")}><X size={17} /></IconButton>
      </Box>
      <Box sx={{ flex: 1, minHeight: 0, overflow: "auto" }}>
        {pane === "changes" ? <DryRun {...trials.dry} may={isWhole && (mayEdit || (mayRun && view !== undefined))} onStart={trials.dry.start} onStop={trials.dry.stop} /> : <Tests {...trials.tests} may={isWhole && mayEdit} onStart={trials.tests.start} onNode={(node) => select([node])} />}
      </Box>
    </Box>
  );
}
