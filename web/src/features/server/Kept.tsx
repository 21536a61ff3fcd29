import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Api } from "@/api/client";
import { useConfirm } from "@/components/Confirm";
import { TextLink } from "@/components/links";
import { Panel } from "@/components/Panel";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { ListSkeleton } from "@/components/Waiting";
import { fieldProblem } from "@/components/fieldProblem";
import { useEdited } from "@/lib/useEdited";
import { useServer } from "./useServer";

type Retention = Api<"Retention">;
const NAMES = ["logs_days", "runs_days", "audit_days", "events_hours"] as const;

/** How long things are kept, and what everybody reads. */
export function Kept() {
  const { t } = useTranslation("server");
  const { query, server } = useServer();
  if (!server) return query.error ? <ProblemAlert error={query.error} onRetry={() => void query.refetch()} /> : <ListSkeleton rows={4} text={t("loading")} />;
  return (
    <>
      <Panel title={t("retention")} text={<>{t("retention_text")} <TextLink to="/help/$" params={{ _splat: "guides/privacy" }} hash="register">{t("retention_help")}</TextLink></>}>
        <Days given={server.retention} />
      </Panel>
      <Panel title={t("banner")} text={t("banner_text")}>
        <Banner given={server.banner} />
      </Panel>
    </>
  );
}

function Days({ given }: { given: Retention }) {
  const { t } = useTranslation("server");
  const confirm = useConfirm();
  const toasts = useToasts();
  const { change } = useServer();
  const first = Object.fromEntries(NAMES.map((name) => [name, String(given[name] ?? "")])) as Record<(typeof NAMES)[number], string>;
  const { value: texts, set: setTexts, isChanged, saved } = useEdited(first);
  useLeaveGuard(isChanged);
  const isWrong = (name: (typeof NAMES)[number]) => !/^[1-9]\d{0,3}$/.test(texts[name].trim());
  const isShorter = NAMES.some((name) => Number(texts[name]) < Number(first[name]));
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (isShorter && !(await confirm({ title: t("shorter_title"), text: t("shorter_text"), deed: t("shorter_deed"), destroys: true }))) return;
    const retention = Object.fromEntries(NAMES.map((name) => [name, Number(texts[name])])) as unknown as Retention;
    change.mutate({ retention }, { onSuccess: () => { saved(); toasts.done(t("saved")); } });
  };
  return (
    <Stack component="form" onSubmit={(event) => void save(event)} sx={{ gap: 2, maxWidth: 460 }}>
      {NAMES.map((name) => {
        const wrong = fieldProblem(change.error, `/retention/${name}`) ?? (isWrong(name) ? t("whole_number") : undefined);
        return <TextField key={name} label={t(`days.${name}`)} value={texts[name]} onChange={(event) => setTexts({ ...texts, [name]: event.target.value })} error={wrong !== undefined} helperText={wrong ?? t(`days_help.${name}`)} slotProps={{ htmlInput: { inputMode: "numeric" } }} />;
      })}
      <ProblemAlert error={change.error} places={false} />
      <Button type="submit" variant="contained" loading={change.isPending} disabled={NAMES.some(isWrong) || !isChanged} sx={{ alignSelf: "flex-start" }}>{t("common:save")}</Button>
    </Stack>
  );
}

function Banner({ given }: { given: string }) {
  const { t } = useTranslation("server");
  const toasts = useToasts();
  const { change } = useServer();
  const { value: text, set: setText, isChanged, saved } = useEdited(given);
  useLeaveGuard(isChanged);
  const save = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ banner: text.trim() }, { onSuccess: () => { saved(); toasts.done(t("saved")); } });
  };
  return (
    <Stack component="form" onSubmit={save} sx={{ gap: 2, maxWidth: 640 }}>
      <TextField label={t("banner_label")} value={text} onChange={(event) => setText(event.target.value)} multiline minRows={2} placeholder={t("banner_example")} error={fieldProblem(change.error, "/banner") !== undefined} helperText={fieldProblem(change.error, "/banner") ?? t("banner_help")} slotProps={{ inputLabel: { shrink: true } }} />
      {text.trim() && <Alert severity="info" aria-label={t("banner_preview")}>{text.trim()}</Alert>}
      <ProblemAlert error={change.error} places={false} />
      <Button type="submit" variant="contained" loading={change.isPending} disabled={text.trim() === given} sx={{ alignSelf: "flex-start" }}>{t("common:save")}</Button>
    </Stack>
  );
}
