import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import FormControl from "@mui/material/FormControl";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormHelperText from "@mui/material/FormHelperText";
import FormLabel from "@mui/material/FormLabel";
import Radio from "@mui/material/Radio";
import RadioGroup from "@mui/material/RadioGroup";
import TextField from "@mui/material/TextField";
import Box from "@mui/material/Box";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { body, client } from "@/api/client";
import { queries } from "@/api/query";
import { ParamFields } from "@/components/ParamFields";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { paramsOf } from "@/lib/params";
import { useChanged } from "@/lib/useChanged";
import { usePipelines } from "@/lib/usePipelines";
import { useWorkspace } from "@/lib/workspace";
import { dataOf, daysOf } from "./data";
import { documentQuery, type Run } from "./requests";

type Which = "same" | "usual" | "days";

/** A new run like this one: for the same data, for what a run of today answers for, or for days of one's choice. */
export function RunAgainDialog({ run, onClose }: { run: Run; onClose: () => void }) {
  const { t } = useTranslation("runs");
  const { slug: workspace } = useWorkspace();
  const toasts = useToasts();
  const navigate = useNavigate();
  const pipelines = usePipelines(workspace);
  const current = pipelines.data?.find((pipeline) => pipeline.id === run.pipeline_id)?.version ?? run.version;
  const same = daysOf(run);
  const [which, setWhich] = useState<Which>(same ? "same" : "usual");
  const [from, setFrom] = useState(same?.from ?? "");
  const [to, setTo] = useState(same?.to ?? "");
  const [old, setOld] = useState(false);
  const [force, setForce] = useState(false);
  const [params, setParams] = useState((run.params as Record<string, unknown> | null) ?? {});
  const { data: version } = useQuery(documentQuery(workspace, run.pipeline_id, old ? run.version : current));
  const declared = paramsOf(version?.document);
  const days = which === "same" ? same : which === "days" ? { from, to } : null;
  const start = useMutation({
    mutationFn: () =>
      body(client.POST("/api/v1/workspaces/{workspace}/pipelines/{pipeline}/runs", {
        params: { path: { workspace, pipeline: run.pipeline_id } },
        body: { params: params as Run["params"], from: days?.from, to: days?.to, version: old ? run.version : undefined, force: force || undefined },
      })),
    onSuccess: async (made) => {
      onClose();
      toasts.done(t("again.done"));
      await queries.invalidateQueries({ queryKey: ["runs"] });
      await navigate({ to: "/w/$workspace/runs/$run", params: { workspace, run: made.id }, ignoreBlocker: true });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start.mutate();
  };
  const guarded = useLeaveGuard(useChanged([which, from, to, old, force, params]) && !start.isSuccess);
  const leave = () => guarded(onClose);
  return (
    <Dialog open onClose={leave} maxWidth="xs" fullWidth aria-labelledby="again-title">
      <form onSubmit={submit}>
        <DialogTitle id="again-title">{t("again.title", { pipeline: pipelines.nameOf(run.pipeline_id) })}</DialogTitle>
        <DialogContent>
          <FormControl>
            <FormLabel id="again-data">{t("again.data")}</FormLabel>
            <RadioGroup aria-labelledby="again-data" value={which} onChange={(event) => setWhich(event.target.value as Which)}>
              {same && <FormControlLabel value="same" control={<Radio size="small" />} label={t("again.same", { data: dataOf(run) })} />}
              <FormControlLabel value="usual" control={<Radio size="small" />} label={t("again.usual")} />
              <FormControlLabel value="days" control={<Radio size="small" />} label={t("again.days")} />
            </RadioGroup>
          </FormControl>
          {which === "days" && (
            <Box sx={{ display: "flex", gap: 1.5, mt: 1 }}>
              <TextField required type="date" label={t("again.from")} value={from} onChange={(event) => setFrom(event.target.value)} slotProps={{ inputLabel: { shrink: true } }} />
              <TextField required type="date" label={t("again.to")} value={to} onChange={(event) => setTo(event.target.value)} slotProps={{ inputLabel: { shrink: true } }} />
            </Box>
          )}
          {current !== run.version && (
            <FormControlLabel sx={{ mt: 1 }} control={<Checkbox size="small" checked={old} onChange={(event) => setOld(event.target.checked)} />} label={t("again.old", { old: run.version, current })} />
          )}
          <Box sx={{ mt: 1 }}>
            <FormControlLabel control={<Checkbox size="small" checked={force} onChange={(event) => setForce(event.target.checked)} />} label={t("again.force")} />
            <FormHelperText sx={{ ml: "27px", mt: -0.5 }}>{t("again.force_help")}</FormHelperText>
          </Box>
          {declared.length > 0 && <Box role="group" aria-label={t("again.params")} sx={{ mt: 2 }}><ParamFields params={declared} values={params} onChange={setParams} /></Box>}
          <ProblemAlert error={start.error} />
        </DialogContent>
        <DialogActions>
          <Button onClick={leave}>{t("common:cancel")}</Button>
          <Button type="submit" variant="contained" autoFocus loading={start.isPending}>{t("again.deed")}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
