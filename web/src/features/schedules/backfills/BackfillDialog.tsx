import Alert from "@mui/material/Alert";
import Autocomplete from "@mui/material/Autocomplete";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import useMediaQuery from "@mui/material/useMediaQuery";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Api, body, client } from "@/api/client";
import { queries } from "@/api/query";
import { NumberField } from "@/components/NumberField";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { formatNumber } from "@/lib/format";
import { useChanged } from "@/lib/useChanged";
import { useDebounced } from "@/lib/useDebounced";
import { useWorkspace } from "@/lib/workspace";
import { addDays, dayOf } from "../calendar/days";
import { type Schedule, specOf, zoneOf } from "../requests";
import { spanText } from "./span";

interface Props {
  pipelines: Api<"Pipeline">[];
  schedules: Schedule[];
  pipeline: string | undefined;
  onClose: () => void;
  onMade: (id: string) => void;
}

const STEPS = ["schedule", "1d", "1w", "whole", "other"] as const;
const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Runs for a range of the past. The pieces are shown before anything is made. */
export function BackfillDialog({ pipelines, schedules, pipeline: given, onClose, onMade }: Props) {
  const { t } = useTranslation("schedules");
  const { slug: workspace } = useWorkspace();
  const narrow = useMediaQuery("(max-width: 900px)");
  const toasts = useToasts();
  const [pipeline, setPipeline] = useState(given ?? "");
  const [today] = useState(() => dayOf(Date.now()));
  const [from, setFrom] = useState(() => addDays(today, -7));
  const [last, setLast] = useState(() => addDays(today, -1));
  const [step, setStep] = useState<(typeof STEPS)[number]>("1d");
  const [other, setOther] = useState("6h");
  const [schedule, setSchedule] = useState("");
  const [order, setOrder] = useState("oldest_first");
  const [atOnce, setAtOnce] = useState(1);
  const own = schedules.filter((one) => one.pipeline_id === pipeline);
  const by = own.find((one) => one.id === schedule) ?? own[0];
  const zone = by ? zoneOf(specOf(by)) : browserZone;
  const wanted = {
    from,
    // People name the last day; the server wants the day after it.
    to: last === "" ? "" : addDays(last, 1),
    step: step === "other" ? other : step,
    schedule: step === "schedule" ? by?.id : undefined,
    order,
    at_once: atOnce,
    timezone: zone,
  };
  const isComplete = pipeline !== "" && from !== "" && last !== "" && from <= last && !Number.isNaN(atOnce) && (step !== "schedule" || by !== undefined) && (step !== "other" || other.trim() !== "");
  const asked = useDebounced(JSON.stringify(wanted), 300);
  const preview = useQuery({
    queryKey: ["backfills", workspace, "preview", pipeline, asked],
    queryFn: async () => (await body(client.POST("/api/v1/workspaces/{workspace}/pipelines/{pipeline}/backfills", { params: { path: { workspace, pipeline } }, body: { ...(JSON.parse(asked) as typeof wanted), preview: true } }))) as Api<"Pieces">,
    enabled: isComplete,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const make = useMutation({
    mutationFn: async () => (await body(client.POST("/api/v1/workspaces/{workspace}/pipelines/{pipeline}/backfills", { params: { path: { workspace, pipeline } }, body: wanted }))) as Api<"Backfill">,
    onSuccess: async (made) => {
      toasts.done(t("backfill.made"));
      onMade(made.id);
      await queries.invalidateQueries({ queryKey: ["backfills"] });
    },
  });
  const guarded = useLeaveGuard(useChanged([pipeline, from, last, step, other, schedule, order, atOnce]));
  const leave = () => guarded(onClose);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  const date = { inputLabel: { shrink: true }, htmlInput: { max: today } };
  const pieces = isComplete ? preview.data : undefined;
  return (
    <Dialog open onClose={leave} maxWidth="md" fullWidth fullScreen={narrow} aria-labelledby="backfill-title">
      <form noValidate onSubmit={submit} style={{ display: "contents" }}>
        <DialogTitle id="backfill-title">{t("backfill.title")}</DialogTitle>
        <DialogContent dividers sx={{ display: "grid", gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "minmax(0, 1fr) 300px" }, alignContent: "start", gap: 3 }}>
          <Box sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
            <Typography color="textSecondary">{t("backfill.text")}</Typography>
            <Autocomplete options={pipelines} getOptionLabel={(one) => one.name} value={pipelines.find((one) => one.id === pipeline) ?? null} onChange={(_, one) => setPipeline(one?.id ?? "")} size="small" renderInput={(params) => <TextField {...params} label={t("pipeline")} helperText={pipelines.length === 0 ? t("no_pipelines") : undefined} required autoFocus={!given} />} />
            <Box sx={{ display: "grid", gridTemplateColumns: "1fr 1fr", gap: 1.5 }}>
              <TextField required type="date" label={t("backfill.from")} value={from} onChange={(event) => setFrom(event.target.value)} slotProps={date} />
              <TextField required type="date" label={t("backfill.last")} value={last} onChange={(event) => setLast(event.target.value)} slotProps={date} error={last !== "" && last < from} helperText={last !== "" && last < from ? t("backfill.backwards") : undefined} />
            </Box>
            <TextField select label={t("backfill.step")} value={step} onChange={(event) => setStep(event.target.value as typeof step)}>
              {STEPS.map((one) => <MenuItem key={one} value={one} disabled={one === "schedule" && own.length === 0}>{t(`backfill.step_${one}`)}</MenuItem>)}
            </TextField>
            {step === "other" && <TextField required label={t("backfill.length")} value={other} onChange={(event) => setOther(event.target.value)} helperText={t("backfill.length_help")} />}
            {step === "schedule" && own.length > 1 && (
              <TextField select label={t("backfill.schedule")} value={by?.id ?? ""} onChange={(event) => setSchedule(event.target.value)}>
                {own.map((one) => <MenuItem key={one.id} value={one.id}>{one.name === "document" ? t("of_document") : one.name}</MenuItem>)}
              </TextField>
            )}
            <Box sx={{ display: "grid", gridTemplateColumns: { xs: "minmax(0, 1fr)", sm: "1fr 1fr" }, gap: 1.5 }}>
              <TextField select label={t("backfill.order")} value={order} onChange={(event) => setOrder(event.target.value)}>
                <MenuItem value="oldest_first">{t("backfill.oldest_first")}</MenuItem>
                <MenuItem value="newest_first">{t("backfill.newest_first")}</MenuItem>
              </TextField>
              <NumberField required whole min={1} max={64} label={t("backfill.at_once")} value={atOnce} onChange={(next) => setAtOnce(typeof next === "number" ? next : NaN)} helperText={t("backfill.at_once_help")} />
            </Box>
          </Box>
          <Box component="section" aria-label={t("backfill.pieces")} aria-live="polite">
            <Typography variant="overline" color="textSecondary" component="h3">{t("backfill.pieces")}</Typography>
            {!isComplete && <Typography color="textSecondary">{t("backfill.incomplete")}</Typography>}
            {isComplete && preview.error && <ProblemAlert error={preview.error} />}
            {pieces && !preview.error && (
              <>
                <Typography sx={{ fontWeight: 600, mb: 1 }}>{t("backfill.count", { count: pieces.total, pieces: formatNumber(pieces.total) })}</Typography>
                <Box component="ol" tabIndex={0} aria-label={t("backfill.pieces")} sx={{ m: 0, pl: 3.5, maxHeight: 280, overflow: "auto", color: "text.secondary" }}>
                  {pieces.items.map((piece) => <li key={piece.interval_start}>{spanText(piece, zone)}</li>)}
                </Box>
                {pieces.total > pieces.items.length && <Typography variant="body2" color="textSecondary">{t("backfill.and_more", { count: pieces.total - pieces.items.length })}</Typography>}
                <Alert severity="info" sx={{ mt: 1.5 }}>{t("backfill.behind")}</Alert>
              </>
            )}
            <ProblemAlert error={make.error} />
          </Box>
        </DialogContent>
        <DialogActions>
          <Button onClick={leave}>{t("common:cancel")}</Button>
          <Button type="submit" variant="contained" disabled={!isComplete || Boolean(preview.error) || pieces?.total === 0} loading={make.isPending}>{pieces && isComplete ? t("backfill.deed", { count: pieces.total, pieces: formatNumber(pieces.total) }) : t("backfill.start")}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
