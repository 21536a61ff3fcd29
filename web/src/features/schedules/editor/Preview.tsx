import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ProblemAlert } from "@/components/ProblemAlert";
import { formatDay, formatNear } from "@/lib/format";
import { useDebounced } from "@/lib/useDebounced";
import { remark } from "../remark";
import { type Fire, forecastQuery, type Spec, wordsOf, zoneOf } from "../requests";
import type { Kind } from "./plan";

/** The rule in words and the next times it gives, while one still writes it. */
export function Preview({ workspace, spec, kind, isComplete }: { workspace: string; spec: Spec; kind: Kind; isComplete: boolean }) {
  const { t } = useTranslation("schedules");
  const text = useDebounced(JSON.stringify(spec), 300);
  const settled = JSON.parse(text) as Spec;
  const { data, error } = useQuery({ ...forecastQuery(workspace, settled, undefined, 8), placeholderData: keepPreviousData, enabled: isComplete });
  const zone = zoneOf(settled);
  return (
    <Paper variant="outlined" component="section" aria-label={t("preview.title")} aria-live="polite" sx={{ p: 2, bgcolor: "background.default" }}>
      <Typography variant="overline" color="textSecondary" component="h3">{t("preview.title")}</Typography>
      {!isComplete ? (
        <Typography color="textSecondary">{t("preview.incomplete")}</Typography>
      ) : error ? (
        <ProblemAlert error={error} places={false} />
      ) : !data ? (
        <Typography color="textSecondary">{t("preview.loading")}</Typography>
      ) : (
        <>
          <Typography sx={{ fontWeight: 600, mb: 1.5, "&::first-letter": { textTransform: "uppercase" } }}>{wordsOf(data).replaceAll("`", "")}</Typography>
          {data.fires.length === 0 && <Alert severity={kind === "after" || kind === "files" ? "info" : "warning"}>{kind === "after" ? t("preview.after") : kind === "files" ? t("preview.files") : t("preview.never")}</Alert>}
          <Box component="ol" sx={{ listStyle: "none", m: 0, p: 0 }}>
            {data.fires.map((fire, index) => <Time key={fire.at} fire={fire} before={data.fires[index - 1]} zone={zone} />)}
          </Box>
        </>
      )}
    </Paper>
  );
}

function Time({ fire, before, zone }: { fire: Fire; before: Fire | undefined; zone: string }) {
  const { t } = useTranslation("schedules");
  const offset = fire.local.slice(19);
  const isOtherOffset = before !== undefined && before.local.slice(19) !== offset;
  const said = remark(fire.remark, t);
  const last = fire.interval_end ? new Date(Date.parse(fire.interval_end) - 1000) : null;
  const data = fire.interval_start && last ? span(fire.interval_start, last, zone) : null;
  return (
    <Box component="li" sx={{ py: 0.75, borderTop: 1, borderColor: "divider" }}>
      <Box component="time" dateTime={fire.at} sx={{ display: "block", fontWeight: 600, "&::first-letter": { textTransform: "uppercase" } }}>{formatNear(fire.at, zone)}</Box>
      {data && <Box sx={{ color: "text.secondary", fontSize: 13 }}>{t("preview.data", { data })}</Box>}
      {isOtherOffset && <Box sx={{ fontSize: 13, color: "warning.main", fontWeight: 600 }}>{t("preview.clocks", { before: before.local.slice(19), now: offset })}</Box>}
      {said && <Box sx={{ fontSize: 13, color: "warning.main" }}>{said}</Box>}
    </Box>
  );
}

function span(start: string, last: Date, zone: string): string {
  const from = formatDay(start, zone);
  const to = formatDay(last, zone);
  return from === to ? from : `${from} – ${to}`;
}
