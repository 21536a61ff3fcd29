import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { CircleCheck, CircleDashed, CircleMinus, CircleX, LoaderCircle } from "lucide-react";
import { useTranslation } from "react-i18next";
import { OnlyRead } from "@/components/OnlyRead";
import { formatElapsed } from "@/lib/format";
import type { Step, Tested } from "./api";
import { type Shown, shownSteps, standing } from "./steps";
import { TestFault } from "./TestFault";

const ICONS = { done: CircleCheck, failed: CircleX, running: LoaderCircle, waiting: CircleDashed, skipped: CircleMinus } as const;
const COLORS = { done: "success.main", failed: "error.main", running: "info.main", waiting: "text.secondary", skipped: "text.secondary" } as const;

interface Props {
  steps: Step[];
  tested: Tested | undefined;
}

/** A test of a connection as it happens, step by step, with what to do when one fails. */
export function TestSteps({ steps, tested }: Props) {
  const { t } = useTranslation("connections");
  const now = standing(steps);
  const said = tested?.ok ? t("test.works") : now ? `${t(`test.step.${now.step}`)}: ${t(`test.state.${now.state}`)}` : t("test.begins");
  return (
    <Box sx={{ border: 1, borderColor: "divider", borderRadius: 1, p: 1.5, bgcolor: "background.paper" }}>
      <OnlyRead><span role="status">{said}</span></OnlyRead>
      <Box sx={{ display: "flex", columnGap: 2.5, rowGap: 1, flexWrap: "wrap", alignItems: "center" }}>
        {steps.length === 0 && <Typography variant="body2" color="textSecondary">{t("test.begins")}</Typography>}
        <Box component="ol" aria-label={t("test.steps")} sx={{ listStyle: "none", m: 0, p: 0, display: "flex", columnGap: 2.5, rowGap: 1, flexWrap: "wrap" }}>
          {shownSteps(steps).map((step) => <StepLine key={step.name} step={step} label={step.name === "read" && step.state === "done" && tested?.streams != null ? t("test.streams", { count: tested.streams }) : t(`test.step.${step.name}`)} />)}
        </Box>
        {tested && <Typography variant="body2" color="textSecondary" sx={{ ml: "auto" }}>{t("test.in_all", { time: formatElapsed(tested.milliseconds / 1000) })}</Typography>}
      </Box>
      {tested && !tested.ok && (
        <Box sx={{ mt: 1.5 }}><TestFault fault={tested} /></Box>
      )}
    </Box>
  );
}

function StepLine({ step, label }: { step: Shown; label: string }) {
  const { t } = useTranslation("connections");
  const Icon = ICONS[step.state];
  return (
    <Box component="li" sx={{ display: "inline-flex", gap: 0.75, alignItems: "center", color: COLORS[step.state], fontWeight: 600, whiteSpace: "nowrap", ...(step.state === "running" && { "& svg": { animation: "turn 1.4s linear infinite" }, "@keyframes turn": { to: { transform: "rotate(360deg)" } }, "@media (prefers-reduced-motion: reduce)": { "& svg": { animation: "none" } } }) }}>
      <Icon size={17} role="img" aria-label={t(`test.state.${step.state}`)} />
      {label}
      {step.state === "skipped" && <Box component="span" sx={{ fontWeight: 400, fontSize: 13 }}>{t("test.not_needed")}</Box>}
      {step.seconds !== undefined && <Box component="span" sx={{ color: "text.secondary", fontWeight: 400, fontSize: 13 }}>{formatElapsed(step.seconds)}</Box>}
    </Box>
  );
}
