/** What is watched, as `towpath_notify` reads it; what is left out is as usual. */
export interface WatchSettings {
  late_minutes?: number;
  fresh_hours?: number;
  unusual_rows?: boolean;
  columns?: boolean;
  rows?: Partial<Record<RowSetting, number>>;
  pipelines?: Record<string, PipelineWatch>;
}
export interface PipelineWatch {
  late_minutes?: number | null;
  fresh_hours?: number | null;
  unusual_rows?: boolean | null;
  columns?: boolean | null;
}
export const ROW_SETTINGS = ["min_history", "max_history", "distances", "min_share"] as const;
export type RowSetting = (typeof ROW_SETTINGS)[number];
export const USUAL = { late_minutes: 60, fresh_hours: 0, unusual_rows: true, columns: true, rows: { min_history: 8, max_history: 40, distances: 5, min_share: 0.25 } } as const;
