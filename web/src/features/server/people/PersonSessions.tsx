import Typography from "@mui/material/Typography";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { body, client } from "@/api/client";
import { queries } from "@/api/query";
import { ProblemAlert } from "@/components/ProblemAlert";
import { SessionList } from "@/components/sessions/SessionList";
import { useToasts } from "@/components/Toasts";
import { ListSkeleton } from "@/components/Waiting";

/** Where a person is signed in: for those who run the server, when a device was lost. */
export function PersonSessions({ user }: { user: string }) {
  const { t } = useTranslation("server");
  const toasts = useToasts();
  const path = { user };
  const sessions = useQuery({ queryKey: ["users", "sessions", user], queryFn: () => body(client.GET("/api/v1/users/{user}/sessions", { params: { path } })) });
  const end = useMutation({
    mutationFn: (session: string) => client.DELETE("/api/v1/users/{user}/sessions/{session}", { params: { path: { ...path, session } } }),
    onSuccess: () => toasts.done(t("session_ended")),
    onError: toasts.failed,
    onSettled: () => queries.invalidateQueries({ queryKey: ["users", "sessions"] }),
  });
  const all = sessions.data?.items ?? [];
  return (
    <>
      <Typography variant="h3" sx={{ mt: 2, mb: 1 }}>{t("sessions")}</Typography>
      <ProblemAlert error={sessions.error} onRetry={() => void sessions.refetch()} />
      {sessions.isPending && <ListSkeleton rows={1} text={t("loading_sessions")} />}
      {sessions.data && all.length === 0 && <Typography color="textSecondary">{t("no_sessions")}</Typography>}
      {all.length > 0 && <SessionList sessions={all} onEnd={(session) => end.mutate(session.id)} />}
    </>
  );
}
