import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useMutation } from "@tanstack/react-query";
import { Download, KeyRound, LogOut, ShieldOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { serverUrl } from "@/api/base";
import { type Api, body, client } from "@/api/client";
import { queries } from "@/api/query";
import { useConfirm } from "@/components/Confirm";
import { TextLink } from "@/components/links";
import { Facts } from "@/components/Panel";
import { useToasts } from "@/components/Toasts";
import { formatTime } from "@/lib/format";
import { PasswordLink } from "./AddPerson";
import { PersonSessions } from "./PersonSessions";

/** What helps somebody who cannot sign in, or lost a device. */
export function Deeds({ user }: { user: Api<"User"> }) {
  const { t } = useTranslation("server");
  const confirm = useConfirm();
  const toasts = useToasts();
  const params = { params: { path: { user: user.id } } };
  const refresh = () => queries.invalidateQueries({ queryKey: ["users"] });
  const link = useMutation({ mutationFn: () => body(client.POST("/api/v1/users/{user}/password-link", params)), onError: toasts.failed });
  const end = useMutation({ mutationFn: () => client.DELETE("/api/v1/users/{user}/sessions", params), onSuccess: () => toasts.done(t("sessions_ended")), onError: toasts.failed, onSettled: refresh });
  const factor = useMutation({ mutationFn: () => client.DELETE("/api/v1/users/{user}/second-factor", params), onSuccess: () => toasts.done(t("factor_removed")), onError: toasts.failed, onSettled: refresh });
  const askEnd = async () => {
    if (await confirm({ title: t("end_title", { name: user.name }), text: t("end_text"), deed: t("end_sessions"), destroys: true })) end.mutate();
  };
  const askFactor = async () => {
    if (await confirm({ title: t("factor_title", { name: user.name }), text: t("factor_text"), deed: t("remove_factor"), destroys: true })) factor.mutate();
  };
  return (
    <Box sx={{ borderTop: 1, borderColor: "divider", pt: 2 }}>
      <Typography variant="h3" sx={{ mb: 1.5 }}>{t("account")}</Typography>
      <Facts
        facts={[
          [t("last_login"), user.last_login_at ? formatTime(user.last_login_at) : t("never")],
          [t("made"), formatTime(user.created_at)],
          [t("second_factor"), user.second_factor_since ? t("since", { at: formatTime(user.second_factor_since) }) : t("no_factor")],
          [t("traces"), <TextLink key="audit" to="/server/$section" params={{ section: "audit" }} search={{ actor: user.id }} sx={{ textDecoration: "underline" }}>{t("in_audit")}</TextLink>],
        ]}
      />
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, my: 2 }}>
        {user.active && <Button size="small" variant="outlined" startIcon={<KeyRound size={16} />} loading={link.isPending} onClick={() => link.mutate()}>{t("make_password_link")}</Button>}
        <Button size="small" variant="outlined" startIcon={<LogOut size={16} />} onClick={() => void askEnd()}>{t("end_sessions")}</Button>
        {user.second_factor_since && <Button size="small" variant="outlined" startIcon={<ShieldOff size={16} />} onClick={() => void askFactor()}>{t("remove_factor")}</Button>}
        <Button size="small" variant="outlined" startIcon={<Download size={16} />} href={serverUrl(`/api/v1/users/${user.id}/export`)} download={`towpath-${user.id}.json`}>{t("export")}</Button>
      </Box>
      {link.data && <PasswordLink link={link.data} />}
      <PersonSessions user={user.id} />
    </Box>
  );
}
