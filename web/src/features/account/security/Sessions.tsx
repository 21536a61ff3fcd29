import Button from "@mui/material/Button";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { body, client } from "@/api/client";
import { queries } from "@/api/query";
import { useConfirm } from "@/components/Confirm";
import { Panel } from "@/components/Panel";
import { ProblemAlert } from "@/components/ProblemAlert";
import { SessionList } from "@/components/sessions/SessionList";
import { useToasts } from "@/components/Toasts";
import { ListSkeleton } from "@/components/Waiting";

/** Where one is signed in. */
export function Sessions() {
  const { t } = useTranslation("account");
  const confirm = useConfirm();
  const toasts = useToasts();
  const sessions = useQuery({ queryKey: ["sessions"], queryFn: () => body(client.GET("/api/v1/account/sessions")) });
  const refresh = () => queries.invalidateQueries({ queryKey: ["sessions"] });
  const end = useMutation({ mutationFn: (session: string) => client.DELETE("/api/v1/account/sessions/{session}", { params: { path: { session } } }), onSuccess: () => toasts.done(t("session_ended")), onError: toasts.failed, onSettled: refresh });
  const endOthers = useMutation({ mutationFn: () => client.DELETE("/api/v1/account/sessions"), onSuccess: () => toasts.done(t("others_ended")), onError: toasts.failed, onSettled: refresh });
  const all = sessions.data?.items ?? [];
  const others = all.filter((session) => !session.is_current);
  const ask = async () => {
    if (await confirm({ title: t("end_others_title"), text: t("end_others_text"), deed: t("end_others"), destroys: true })) endOthers.mutate();
  };
  return (
    <Panel title={t("sessions")} text={t("sessions_text")} action={others.length > 0 && <Button variant="outlined" color="error" loading={endOthers.isPending} onClick={() => void ask()}>{t("end_others")}</Button>}>
      <ProblemAlert error={sessions.error} onRetry={() => void sessions.refetch()} />
      {sessions.isPending && <ListSkeleton rows={2} text={t("loading_sessions")} />}
      <SessionList sessions={all} onEnd={(session) => end.mutate(session.id)} />
    </Panel>
  );
}
