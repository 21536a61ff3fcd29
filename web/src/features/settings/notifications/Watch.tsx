import Accordion from "@mui/material/Accordion";
import AccordionDetails from "@mui/material/AccordionDetails";
import AccordionSummary from "@mui/material/AccordionSummary";
import Button from "@mui/material/Button";
import FormControlLabel from "@mui/material/FormControlLabel";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import Typography from "@mui/material/Typography";
import { useMutation, useQuery } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { client, tagged } from "@/api/client";
import { queries } from "@/api/query";
import { Panel } from "@/components/Panel";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { ListSkeleton } from "@/components/Waiting";
import { free } from "@/lib/free";
import { useEdited } from "@/lib/useEdited";
import { useWorkspace } from "@/lib/workspace";
import { NumberSetting } from "./NumberSetting";
import { ROW_SETTINGS, USUAL, type WatchSettings } from "./watch";
import { WatchExceptions } from "./WatchExceptions";

/** What counts as late, old or unusual. */
export function Watch() {
  const { t } = useTranslation("settings");
  const { slug } = useWorkspace();
  const watch = useQuery({ queryKey: ["workspaces", slug, "watch"], queryFn: () => tagged(client.GET("/api/v1/workspaces/{workspace}/watch", { params: { path: { workspace: slug } } })) });
  return (
    <>
      <ProblemAlert error={watch.error} onRetry={() => void watch.refetch()} />
      {watch.isPending && <ListSkeleton rows={4} text={t("watch.loading")} />}
      {watch.data && <Form given={watch.data.value as WatchSettings} etag={watch.data.etag} />}
    </>
  );
}

function Form({ given, etag }: { given: WatchSettings; etag: string }) {
  const { t } = useTranslation("settings");
  const { slug, may } = useWorkspace();
  const toasts = useToasts();
  const { value, set: setValue, isChanged, tag = etag, saved } = useEdited(given, etag);
  useLeaveGuard(isChanged);
  const disabled = !may("admin");
  const set = (part: Partial<WatchSettings>) => setValue({ ...value, ...part });
  const save = useMutation({
    // What is undefined does not travel: it is as usual then.
    mutationFn: () => client.PUT("/api/v1/workspaces/{workspace}/watch", { params: { path: { workspace: slug }, header: { "If-Match": tag } }, body: free(value) }),
    onSuccess: () => {
      saved();
      toasts.done(t("saved"));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["workspaces", slug] }),
  });
  const numbers = [value.late_minutes, value.fresh_hours, ...Object.values(value.rows ?? {}), ...Object.values(value.pipelines ?? {}).flatMap((one) => [one.late_minutes, one.fresh_hours])];
  const isWrong = numbers.some((number) => Number.isNaN(number));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Panel title={t("watch.title")} text={t("watch.text")}>
        <Stack sx={{ gap: 2, maxWidth: 560 }}>
          <NumberSetting label={t("watch.late")} help={t("watch.late_help")} usual={USUAL.late_minutes} value={value.late_minutes} onChange={(late_minutes) => set({ late_minutes })} disabled={disabled} />
          <NumberSetting label={t("watch.fresh")} help={t("watch.fresh_help")} usual={USUAL.fresh_hours} value={value.fresh_hours} onChange={(fresh_hours) => set({ fresh_hours })} disabled={disabled} />
          <FormControlLabel disabled={disabled} control={<Switch checked={value.columns ?? true} onChange={(event) => set({ columns: event.target.checked })} />} label={t("watch.columns")} />
          <FormControlLabel disabled={disabled} control={<Switch checked={value.unusual_rows ?? true} onChange={(event) => set({ unusual_rows: event.target.checked })} />} label={t("watch.unusual")} />
          <Accordion variant="outlined" disableGutters>
            <AccordionSummary expandIcon={<ChevronDown size={18} />}>{t("watch.what_is_unusual")}</AccordionSummary>
            <AccordionDetails>
              <Typography variant="body2" color="textSecondary" sx={{ mb: 2 }}>{t("watch.rows_text")}</Typography>
              <Stack sx={{ gap: 2 }}>
                {ROW_SETTINGS.map((name) => <NumberSetting key={name} label={t(`watch.rows.${name}`)} help={t(`watch.rows_help.${name}`)} usual={USUAL.rows[name]} value={value.rows?.[name]} onChange={(number) => set({ rows: { ...value.rows, [name]: number } })} disabled={disabled} />)}
              </Stack>
            </AccordionDetails>
          </Accordion>
        </Stack>
      </Panel>
      <WatchExceptions value={value} onChange={(pipelines) => set({ pipelines })} disabled={disabled} />
      <ProblemAlert error={save.error} />
      {!disabled && <Button type="submit" variant="contained" loading={save.isPending} disabled={isWrong || !isChanged}>{t("common:save")}</Button>}
      {disabled && <Typography variant="body2" color="textSecondary">{t("general.only_admins")}</Typography>}
    </form>
  );
}
