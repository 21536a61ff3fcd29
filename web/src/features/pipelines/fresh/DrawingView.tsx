import Box from "@mui/material/Box";
import { useMemo } from "react";
import type { Role } from "../model/graph";
import { drawingOf } from "./drawing";

interface Props {
  document: string;
  /** With the names of the nodes; without, it is as small as a picture on a card. */
  isNamed?: boolean;
}

const COLORS: Record<Role, string> = { source: "var(--mui-palette-info-main)", transform: "var(--mui-palette-text-secondary)", destination: "var(--mui-palette-success-main)" };
const SMALL = { width: 24, height: 14, right: 14, down: 8 };
const NAMED = { width: 118, height: 30, right: 34, down: 12 };
const LONGEST = 15;

/** The nodes of a document and how rows flow. What it tells stands in words beside it. */
export function DrawingView({ document, isNamed = false }: Props) {
  const { nodes, edges, columns, rows } = useMemo(() => drawingOf(document), [document]);
  const { width, height, right, down } = isNamed ? NAMED : SMALL;
  const size = { width: columns * (width + right) - right + 2, height: rows * (height + down) - down + 2 };
  const left = (x: number) => x * (width + right) + 1;
  const middle = (y: number) => size.height / 2 + y * (height + down);
  return (
    <Box component="svg" viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden sx={{ display: "block", width: "100%", maxWidth: size.width, height: "auto", maxHeight: size.height, font: "inherit" }}>
      {edges.map(([from, to]) => {
        const [x1, y1, x2, y2] = [left(from.x) + width, middle(from.y), left(to.x), middle(to.y)];
        const bend = (x2 - x1) / 2;
        return <path key={`${from.name} ${to.name}`} d={`M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`} fill="none" stroke="var(--mui-palette-text-secondary)" strokeWidth={1.2} />;
      })}
      {nodes.map(({ name, role, x, y }) => (
        <g key={name}>
          <rect x={left(x)} y={middle(y) - height / 2} width={width} height={height} rx={isNamed ? 6 : 4} fill="var(--mui-palette-background-paper)" stroke={COLORS[role]} strokeWidth={1.5} />
          {!isNamed && role !== "transform" && <rect x={left(x)} y={middle(y) - height / 2} width={width} height={height} rx={4} fill={COLORS[role]} fillOpacity={0.28} />}
          {isNamed && <text x={left(x) + width / 2} y={middle(y) + 4} textAnchor="middle" fontSize={12} fill="var(--mui-palette-text-primary)">{name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name}</text>}
        </g>
      ))}
    </Box>
  );
}
