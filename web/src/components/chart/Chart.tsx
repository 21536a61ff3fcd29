import Box from "@mui/material/Box";
import { useColorScheme } from "@mui/material/styles";
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { type ECharts, init, use as register } from "echarts/core";
import type { EChartsOption } from "echarts/types/dist/shared";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { type Colors, colorsAt } from "./colors";

// A canvas: drawings in markup carry style attributes, which the policy of the pages does not let in.
register([BarChart, LineChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, CanvasRenderer]);

export interface ChartProps {
  /** What is drawn, in the colours of the theme. Keep the function between renderings. */
  draw: (colors: Colors) => EChartsOption;
  /** What the chart says, for those who do not see it. */
  label: string;
  height?: number;
  /** Somebody chose the value at this place of the axis. */
  onChoose?: (index: number) => void;
}

/** A chart that follows its box and the theme. Charts come with ECharts, so load this lazily. */
export default function Chart({ draw, label, height = 180, onChoose }: ChartProps) {
  const { mode, systemMode } = useColorScheme();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(null);
  const choose = useRef(onChoose);
  useEffect(() => {
    choose.current = onChoose;
  });
  useEffect(() => {
    if (!box.current) return undefined;
    const made = init(box.current);
    chart.current = made;
    // The whole height above a place of the axis can be chosen, not only the bar: thin ones are hard to meet.
    made.getZr().on("click", ({ offsetX, offsetY }) => {
      if (!made.containPixel("grid", [offsetX, offsetY])) return;
      const [index] = made.convertFromPixel({ gridIndex: 0 }, [offsetX, offsetY]);
      if (index !== undefined) choose.current?.(index);
    });
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(box.current);
    return () => {
      observer.disconnect();
      made.dispose();
    };
  }, []);
  useEffect(() => {
    if (box.current) chart.current?.setOption({ animation: false, ...draw(colorsAt(box.current)) }, { notMerge: true });
  }, [draw, mode, systemMode]);
  return <Box ref={box} role="img" aria-label={label} sx={{ height, width: "100%", cursor: onChoose ? "pointer" : undefined }} />;
}
