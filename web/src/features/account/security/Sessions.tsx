import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Monitor, Terminal } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type Api, body, client } from "@/api/client";
import { queries } from "@/api/query";
import { useConfirm } from "@/components/Confirm";
import { Panel } from "@/components/Panel";
import { ProblemAlert } from "@/components/ProblemAlert";
import { TimeText } from "@/components/TimeText";
import { useToasts } from "@/components/Toasts";
import { ListSkeleton } from "@/components/Waiting";
import { agentWords } from "./agent";

type Session = Api<"OwnSession">;

/** Where one is signed in. */
export function Sessions() {
  const { t } = useTranslation("account");
  const confirm = useConfirm();
  const toasts = useToasts();
  const sessions = useQuery({ queryKey: ["sessions"], queryFn: () => body(client.GET("/api/v1/account/sessions")) });
  const refresh = () => queries.invalidateQueries({ queryKey: ["sessions"] });
  const end = useMutation({ mutationFn: (session: Session) => client.DELETE("/api/v1/account/sessions/{session}", { params: { path: { session: session.id } } }), onSuccess: () => toasts.done(t("session_ended")), onError: toasts.failed, onSettled: refresh });
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
      <Box component="ul" aria-label={t("sessions")} tabIndex={0} sx={{ m: 0, p: 0, listStyle: "none", maxHeight: 420, overflow: "auto" }}>
        {[...all.filter((session) => session.is_current), ...others].map((session) => (
          <Box component="li" key={session.id} sx={{ display: "flex", gap: 1.5, alignItems: "center", py: 1, borderTop: 1, borderColor: "divider" }}>
            {String(session.kind).toLowerCase() === "program" ? <Terminal size={18} aria-label={t("a_program")} role="img" /> : <Monitor size={18} aria-label={t("a_browser")} role="img" />}
            <Box sx={{ flex: 1, minWidth: 0 }}>
              <Box sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
                <Tooltip title={session.agent ?? ""}><Typography component="span" sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>{agentWords(session.agent) ?? t("unknown_agent")}</Typography></Tooltip>
                {session.is_current && <Chip size="small" color="success" variant="outlined" label={t("this_one")} />}
              </Box>
              <Typography variant="body2" color="textSecondary">
                {[session.address, t("signed_in_by", { method: t(`method.${session.method.split(":")[0]}`, session.method) })].filter(Boolean).join(" · ")} · {t("seen")} <TimeText at={session.seen_at} />
              </Typography>
            </Box>
            {!session.is_current && <Button size="small" color="error" onClick={() => end.mutate(session)}>{t("end")}</Button>}
          </Box>
        ))}
      </Box>
    </Panel>
  );
}
