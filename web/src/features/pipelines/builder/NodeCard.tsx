import Box from "@mui/material/Box";
import Tooltip from "@mui/material/Tooltip";
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { CircleAlert, CircleCheck, CircleX, MessageSquareText } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { GraphNode } from "../model/graph";
import type { Kind } from "../model/kinds";
import { portAt, sizeOf } from "../model/place";
import { cardKey } from "./drawn";
import { COLOURS, KindIcon } from "./looks";
import { People } from "./People";
import type { Person } from "./presence";

export interface CardData extends Record<string, unknown> {
  node: GraphNode;
  title: string;
  kind: Kind | undefined;
  problems: number;
  hasScope: boolean;
  mayEdit: boolean;
  /** How the tests of the document found the node. */
  test?: "passed" | "failed";
  /** Others who are at the node. */
  people?: Person[];
}

/** One more port of a node that takes several inputs. */
export const MORE = "+";

const dot = { width: 11, height: 11, border: "2px solid var(--mui-palette-background-paper)", background: "var(--mui-palette-text-secondary)" } as const;
const text = { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" } as const;

function Card({ data, selected }: NodeProps & { data: CardData }) {
  const { t } = useTranslation("pipelines");
  const { node, title, kind, problems, hasScope, mayEdit, test, people = [] } = data;
  const colour = COLOURS[node.role];
  const { height } = sizeOf(node);
  const inputs = [...node.inputs, ...(node.takesMore ? [MORE] : [])];
  const named = inputs.length > 1;
  return (
    <Box sx={{ width: 216, height, bgcolor: "background.paper", border: 1, borderColor: problems > 0 ? "error.main" : selected ? "primary.main" : "divider", borderRadius: 1.5, boxShadow: selected ? "0 0 0 2px var(--mui-palette-primary-main)" : "0 1px 3px rgb(0 0 0 / 12%)", cursor: "pointer" }}>
      <Box sx={{ display: "flex", alignItems: "center", gap: 1, height: 56, px: 1.5 }}>
        <Box sx={{ display: "grid", placeItems: "center", width: 30, height: 30, flexShrink: 0, borderRadius: 1, color: colour, bgcolor: "action.hover" }}><KindIcon kind={kind} /></Box>
        <Box sx={{ minWidth: 0, flex: 1 }}>
          <Box sx={{ ...text, fontWeight: 650, fontSize: 13.5, lineHeight: 1.35 }}>{node.name}</Box>
          <Box sx={{ ...text, fontSize: 11.5, color: "text.secondary" }}>{node.connection ? `${title} · ${node.connection}` : title}</Box>
        </Box>
        {node.description && <Tooltip title={node.description}><Box component="span" sx={{ display: "inline-flex", color: "text.secondary" }}><MessageSquareText size={14} role="img" aria-label={node.description} /></Box></Tooltip>}
        {test && <Box component={test === "passed" ? CircleCheck : CircleX} size={16} role="img" aria-label={t(test === "passed" ? "tests.node_passed" : "tests.node_failed")} sx={{ color: test === "passed" ? "success.main" : "error.main", flexShrink: 0 }} />}
        {problems > 0 && <Box component="span" sx={{ display: "inline-flex", color: "error.main" }}><CircleAlert size={17} role="img" aria-label={t("problems_count", { count: problems })} /></Box>}
      </Box>
      {people.length > 0 && <Box sx={{ position: "absolute", top: -12, right: 10 }}><People people={people} size={22} /></Box>}
      {inputs.map((port, index) => (
        <Handle key={port} id={port} type="target" position={Position.Left} isConnectable={mayEdit} style={{ ...dot, top: portAt(node, index, inputs.length), ...(port === MORE && { background: "var(--mui-palette-background-paper)", border: "2px dashed var(--mui-palette-text-secondary)" }) }}>
          {named && <PortName side="left" name={port === MORE ? t("one_more") : port} faint={port === MORE} />}
        </Handle>
      ))}
      {hasScope && <Handle id="scope" type="target" position={Position.Bottom} isConnectable={false} style={dot} />}
      {node.outputs.map((port, index) => (
        <Handle key={port} id={port} type="source" position={Position.Right} isConnectable={mayEdit} style={{ ...dot, background: "var(--mui-palette-primary-main)", top: node.outputs.length === 1 ? 29 : portAt(node, index, node.outputs.length) }}>
          {node.outputs.length > 1 && <PortName side="right" name={port} />}
        </Handle>
      ))}
    </Box>
  );
}

function PortName({ side, name, faint = false }: { side: "left" | "right"; name: string; faint?: boolean }) {
  return <Box component="span" sx={{ position: "absolute", [side]: 14, top: -5, fontSize: 11, lineHeight: "16px", maxWidth: 92, ...text, color: "text.secondary", opacity: faint ? 0.85 : 1, pointerEvents: "none" }}>{name}</Box>;
}

/** A node on the canvas. Drawn anew only when something of it differs. */
export const NodeCard = memo(Card, (a, b) => a.selected === b.selected && a.dragging === b.dragging && (a.data === b.data || cardKey(a.data) === cardKey(b.data)));
