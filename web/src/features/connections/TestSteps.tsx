import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { CircleCheck, CircleDashed, CircleX, LoaderCircle } from "lucide-react";
import { useTranslation } from "react-i18next";
import { formatDuration } from "@/lib/format";
import { say } from "@/lib/sayings";
import type { Tested } from "./api";
import { type StepState, stepsOf } from "./steps";

const ICONS = { done: CircleCheck, failed: CircleX, running: LoaderCircle, waiting: CircleDashed } as const;
const COLORS = { done: "success.main", failed: "error.main", running: "info.main", waiting: "text.secondary" } as const;

interface Props {
  isTesting: boolean;
  tested: Tested | undefined;
  /** Whether the system lets accounts in. */
  accounts: boolean;
  /** Reading the catalog, where the test goes on with it. */
  reading?: { isReading: boolean; streams: number | undefined; message: string | undefined };
}

/** A test of a connection, step by step, with what to do when one fails. */
export function TestSteps({ isTesting, tested, accounts, reading }: Props) {
  const { t } = useTranslation("connections");
  const steps = stepsOf({ isTesting, tested, accounts, reading });
  return (
    <Box role="status" aria-live="polite" sx={{ border: 1, borderColor: "divider", borderRadius: 1, p: 1.5, bgcolor: "background.paper" }}>
      <Box sx={{ display: "flex", gap: 2.5, flexWrap: "wrap" }}>
        {steps.map(({ name, state }) => (
          <Step key={name} state={state} label={name === "read" && state === "done" ? t("test.streams", { count: reading?.streams ?? 0 }) : t(`test.step.${name}`)} />
        ))}
        {tested && <Typography variant="body2" color="textSecondary" sx={{ ml: "auto" }}>{formatDuration(tested.milliseconds / 1000)}</Typography>}
      </Box>
      {tested && !tested.ok && (
        <Alert severity="error" sx={{ mt: 1.5 }}>
          <Box sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>{upper(tested.message ? say(tested.message) : t("test.fails"))}</Box>
          {tested.hint && <Box sx={{ mt: 0.5, overflowWrap: "anywhere" }}>{upper(say(tested.hint))}</Box>}
        </Alert>
      )}
      {reading?.message && <Alert severity="warning" sx={{ mt: 1.5 }}>{reading.message}</Alert>}
    </Box>
  );
}

function Step({ state, label }: { state: StepState; label: string }) {
  const { t } = useTranslation("connections");
  const Icon = ICONS[state];
  return (
    <Box sx={{ display: "inline-flex", gap: 0.75, alignItems: "center", color: COLORS[state], fontWeight: 600, ...(state === "running" && { "& svg": { animation: "turn 1.4s linear infinite" }, "@keyframes turn": { to: { transform: "rotate(360deg)" } } }) }}>
      <Icon size={17} role="img" aria-label={t(`test.state.${state}`)} />
      {label}
    </Box>
  );
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
