import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import TextField from "@mui/material/TextField";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/query";
import { ParamFields } from "@/components/ParamFields";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { paramsIn } from "@/lib/params";
import { useChanged } from "@/lib/useChanged";
import { isObject, type Json } from "../model/yaml";
import { start } from "../requests";

interface Props {
  slug: string;
  pipeline: string;
  name: string;
  value: Json;
  onClose: () => void;
}

/** Starts a run: for which day, with which values. */
export function RunDialog({ slug, pipeline, name, value, onClose }: Props) {
  const { t } = useTranslation("pipelines");
  const navigate = useNavigate();
  const [params, setParams] = useState<Json>({});
  const [date, setDate] = useState("");
  const declared = isObject(value.params) ? value.params : {};
  const missing = Object.entries(declared).some(([key, spec]) => isObject(spec) && spec.default === undefined && params[key] === undefined);
  const run = useMutation({
    mutationFn: () => start(slug, pipeline, { params: params as never, ...(date ? { date } : {}) }),
    onSuccess: (started) => {
      void queries.invalidateQueries({ queryKey: ["runs"] });
      void navigate({ to: "/w/$workspace/runs/$run", params: { workspace: slug, run: started.id }, ignoreBlocker: true });
    },
  });
  const guarded = useLeaveGuard(useChanged([params, date]) && !run.isSuccess);
  const leave = () => guarded(onClose);
  return (
    <Dialog open onClose={leave} maxWidth="xs" fullWidth aria-labelledby="run-title">
      <form onSubmit={(event) => { event.preventDefault(); run.mutate(); }}>
        <DialogTitle id="run-title">{t("run_title", { name })}</DialogTitle>
        <DialogContent sx={{ display: "flex", flexDirection: "column", gap: 2, "&&": { pt: 1 } }}>
          {Object.keys(declared).length > 0 && <ParamFields params={paramsIn(declared)} values={params} onChange={setParams} />}
          <TextField type="date" label={t("run_date")} value={date} onChange={(event) => setDate(event.target.value)} helperText={t("run_date_hint")} slotProps={{ inputLabel: { shrink: true } }} />
          {missing && <Alert severity="info">{t("run_missing")}</Alert>}
          <ProblemAlert error={run.error} />
        </DialogContent>
        <DialogActions>
          <Button onClick={leave}>{t("common:cancel")}</Button>
          <Button type="submit" variant="contained" autoFocus disabled={missing || run.isPending}>{run.isPending ? t("run_starting") : t("run_start")}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
