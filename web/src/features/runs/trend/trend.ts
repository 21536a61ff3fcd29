import type { EChartsOption } from "echarts/types/dist/shared";
import type { Colors } from "@/components/chart/colors";
import { isOver } from "@/components/RunState";
import { formatDuration, formatNumber, formatShort, formatTime } from "@/lib/format";
import type { Run } from "../requests";

const MOST = 60;

/** Runs that are over, the oldest first: those in whose numbers a trend can be seen. */
export function inOrder(runs: Run[]): Run[] {
  return runs.filter((run) => isOver(run.state.toLowerCase()) && run.started_at).slice(0, MOST).reverse();
}

export interface Words {
  written: string;
  quarantined: string;
  duration: string;
  state: (state: string) => string;
}

/** Rows as bars, in the colour of how the run ended, with what was rejected on top; durations as a line with an axis of its own. */
export function drawTrend(runs: Run[], words: Words, colors: Colors): EChartsOption {
  const faint = { color: colors.faint, fontSize: 11 };
  const axis = { axisLabel: faint, axisLine: { lineStyle: { color: colors.line } }, splitLine: { lineStyle: { color: colors.line } } };
  const stateOf = (run: Run) => run.state.toLowerCase();
  return {
    grid: { left: 8, right: 8, top: 34, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: { top: 0, left: 0, textStyle: { color: colors.text }, inactiveColor: colors.faint, itemHeight: 10, itemWidth: 16 },
    tooltip: {
      trigger: "axis",
      // Drawn, for the policy of the pages lets no styles into markup.
      renderMode: "richText",
      confine: true,
      backgroundColor: colors.paper,
      borderColor: colors.line,
      textStyle: { color: colors.text, fontSize: 12 },
      formatter: (points) => tooltip(runs[(Array.isArray(points) ? points[0] : points)?.dataIndex ?? -1], words),
    },
    xAxis: { type: "category", data: runs.map((run) => formatTime(run.started_at ?? run.created_at)), axisLabel: { show: false }, axisTick: { show: false }, axisLine: axis.axisLine },
    yAxis: [
      { type: "value", minInterval: 1, ...axis, axisLabel: { ...faint, formatter: formatShort } },
      { type: "value", ...axis, splitLine: { show: false }, axisLabel: { ...faint, formatter: formatDuration } },
    ],
    series: [
      { type: "bar", stack: "rows", name: words.written, color: colors.states.done, barMaxWidth: 18, data: runs.map((run) => ({ value: run.rows_written, itemStyle: { color: colors.states[stateOf(run) === "quarantined" ? "done" : stateOf(run)] } })) },
      { type: "bar", stack: "rows", name: words.quarantined, color: colors.states.quarantined, barMaxWidth: 18, data: runs.map((run) => run.rows_quarantined) },
      { type: "line", yAxisIndex: 1, name: words.duration, color: colors.text, symbolSize: 5, lineStyle: { width: 1.5 }, data: runs.map((run) => ({ value: run.seconds ?? 0, symbol: stateOf(run) === "failed" ? "diamond" : "circle", symbolSize: stateOf(run) === "failed" ? 10 : 5, itemStyle: stateOf(run) === "failed" ? { color: colors.states.failed } : undefined })) },
    ],
  };
}

function tooltip(run: Run | undefined, words: Words): string {
  if (!run) return "";
  const lines = [`${formatTime(run.started_at ?? run.created_at)} · ${words.state(run.state.toLowerCase())}`, `${words.written}: ${formatNumber(run.rows_written)}`];
  if (run.rows_quarantined > 0) lines.push(`${words.quarantined}: ${formatNumber(run.rows_quarantined)}`);
  lines.push(`${words.duration}: ${formatDuration(run.seconds ?? 0)}`);
  return lines.join("\n");
}

/** What the chart says in one sentence's worth of numbers. */
export function summaryOf(runs: Run[]): { count: number; failed: number; least: number; most: number; longest: number } {
  const rows = runs.map((run) => run.rows_written);
  return { count: runs.length, failed: runs.filter((run) => run.state.toLowerCase() === "failed").length, least: Math.min(...rows), most: Math.max(...rows), longest: Math.max(...runs.map((run) => run.seconds ?? 0)) };
}
