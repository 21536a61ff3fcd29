import Alert from "@mui/material/Alert";
import Autocomplete from "@mui/material/Autocomplete";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import TextField from "@mui/material/TextField";
import useMediaQuery from "@mui/material/useMediaQuery";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Api, body, client } from "@/api/client";
import { queries } from "@/api/query";
import { ParamFields } from "@/components/ParamFields";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { paramsOf } from "@/lib/params";
import { useChanged } from "@/lib/useChanged";
import { useWorkspace } from "@/lib/workspace";
import { OF_DOCUMENT, type Schedule, type Spec, specOf } from "../requests";
import { MoreFields } from "./MoreFields";
import { isComplete, NEW, type Plan, planOf, sameMinute, specOfPlan, WHEN } from "./plan";
import { Preview } from "./Preview";
import { RuleFields } from "./RuleFields";
import { saveSchedule } from "./save";
import { WhenFields } from "./WhenFields";

interface Props {
  /** What is changed; none makes a new one. */
  schedule: Schedule | undefined;
  pipelines: Api<"Pipeline">[];
  pipeline: string | undefined;
  onClose: () => void;
}

const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A rule in plain words, with the times it gives beside it. */
export function ScheduleEditor({ schedule, pipelines, pipeline: given, onClose }: Props) {
  const { t } = useTranslation("schedules");
  const { slug: workspace } = useWorkspace();
  const narrow = useMediaQuery("(max-width: 900px)");
  const toasts = useToasts();
  const before = schedule && specOf(schedule);
  const [pipeline, setPipeline] = useState(schedule?.pipeline_id ?? given ?? "");
  const [name, setName] = useState(schedule?.name ?? "");
  const [plan, setPlan] = useState<Plan>(before ? planOf(before) : NEW);
  const [rest, setRest] = useState<Spec>(() => {
    if (!before) return { timezone: browserZone };
    return Object.fromEntries(Object.entries(before).filter(([key]) => !(WHEN as readonly string[]).includes(key)));
  });
  const [params, setParams] = useState((schedule?.params as Record<string, unknown> | undefined) ?? {});
  const { data: view } = useQuery({ queryKey: ["pipelines", workspace, pipeline], queryFn: () => body(client.GET("/api/v1/workspaces/{workspace}/pipelines/{pipeline}", { params: { path: { workspace, pipeline } } })), enabled: pipeline !== "" });
  const isOfDocument = schedule?.name === OF_DOCUMENT;
  const declared = paramsOf(view?.current.document);
  const spec: Spec = { ...specOfPlan(plan), ...rest };
  const guarded = useLeaveGuard(useChanged([pipeline, spec, name, params]));
  const save = useMutation({
    mutationFn: () => saveSchedule({ workspace, pipeline, name: name.trim() || t("editor.usual_name"), spec, params, schedule }),
    onSuccess: async () => {
      toasts.done(t("editor.saved"));
      onClose();
      await queries.invalidateQueries({ queryKey: ["schedules"] });
      if (isOfDocument) await queries.invalidateQueries({ queryKey: ["pipelines"] });
    },
  });
  const leave = () => guarded(onClose);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const mayBeKept = pipeline !== "" && isComplete(plan) && (plan.kind !== "times" || sameMinute(plan.times));
  const chosen = pipelines.find((one) => one.id === pipeline) ?? null;
  return (
    <Dialog open onClose={leave} maxWidth="lg" fullWidth fullScreen={narrow} aria-labelledby="editor-title">
      <form noValidate onSubmit={submit} style={{ display: "contents" }}>
        <DialogTitle id="editor-title">{schedule ? t("editor.change", { pipeline: chosen?.name ?? "" }) : t("editor.make")}</DialogTitle>
        <DialogContent dividers sx={{ display: "grid", gridTemplateColumns: { xs: "1fr", md: "minmax(0, 1fr) 360px" }, alignContent: "start", gap: 3, p: { xs: 2, md: 3 } }}>
          <Box sx={{ display: "flex", flexDirection: "column", gap: 2.5 }}>
            {isOfDocument && <Alert severity="info">{t("editor.of_document")}</Alert>}
            {!schedule && (
              <Autocomplete
                options={pipelines}
                getOptionLabel={(one) => one.name}
                value={chosen}
                onChange={(_, one) => setPipeline(one?.id ?? "")}
                size="small"
                renderInput={(params) => <TextField {...params} label={t("pipeline")} helperText={pipelines.length === 0 ? t("no_pipelines") : undefined} required autoFocus={!given} />}
              />
            )}
            {!isOfDocument && <TextField label={t("editor.name")} value={name} onChange={(event) => setName(event.target.value)} placeholder={t("editor.usual_name")} helperText={t("editor.name_help")} slotProps={{ inputLabel: { shrink: true }, htmlInput: { maxLength: 100 } }} />}
            <WhenFields plan={plan} onChange={setPlan} pipelines={pipelines.filter((one) => one.id !== pipeline)} />
            <RuleFields rest={rest} onChange={setRest} kind={plan.kind} />
            {!isOfDocument && declared.length > 0 && <Box role="group" aria-label={t("editor.params")}><ParamFields params={declared} values={params} onChange={setParams} /></Box>}
            <MoreFields rest={rest} onChange={setRest} />
          </Box>
          <Box sx={{ position: { md: "sticky" }, top: 0, alignSelf: "start" }}>
            <Preview workspace={workspace} spec={spec} kind={plan.kind} isComplete={isComplete(plan)} />
            <ProblemAlert error={save.error} />
          </Box>
        </DialogContent>
        <DialogActions>
          <Button onClick={leave}>{t("common:cancel")}</Button>
          <Button type="submit" variant="contained" disabled={!mayBeKept} loading={save.isPending}>{schedule ? t("common:save") : t("editor.deed")}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
