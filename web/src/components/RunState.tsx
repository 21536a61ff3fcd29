import Box from "@mui/material/Box";
import { Ban, CircleCheck, CircleDashed, CircleX, LoaderCircle, RotateCw, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";

export const RUN_STATES = ["queued", "running", "failing", "done", "quarantined", "failed", "cancelled"] as const;
export type RunStateWord = (typeof RUN_STATES)[number];

const LOOKS: Record<RunStateWord, { icon: typeof Ban; color: string }> = {
  queued: { icon: CircleDashed, color: "queued.main" },
  running: { icon: LoaderCircle, color: "info.main" },
  failing: { icon: RotateCw, color: "warning.main" },
  done: { icon: CircleCheck, color: "success.main" },
  quarantined: { icon: TriangleAlert, color: "quarantine.main" },
  failed: { icon: CircleX, color: "error.main" },
  cancelled: { icon: Ban, color: "queued.main" },
};

export function isOver(state: string): boolean {
  return !["queued", "running", "failing"].includes(state);
}

/** The state of a run: a shape, a colour and a word, so that no one of them is needed. */
export function RunState({ state, short }: { state: string; short?: boolean }) {
  const { t } = useTranslation();
  const word = (RUN_STATES as readonly string[]).includes(state) ? (state as RunStateWord) : "queued";
  const { icon: Icon, color } = LOOKS[word];
  const label = t(`run_state.${word}`);
  return (
    <Box component="span" title={short ? label : undefined} sx={{ display: "inline-flex", alignItems: "center", verticalAlign: "middle", gap: 0.75, color, fontWeight: 600, whiteSpace: "nowrap", "& svg": { flexShrink: 0 }, ...(word === "running" && { "& svg": { flexShrink: 0, animation: "spin 1.6s linear infinite" }, "@keyframes spin": { to: { transform: "rotate(360deg)" } } }) }}>
      <Icon size={16} aria-hidden={!short} aria-label={short ? label : undefined} role={short ? "img" : undefined} />
      {!short && label}
    </Box>
  );
}
