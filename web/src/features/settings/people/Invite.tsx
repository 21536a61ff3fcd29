import Alert from "@mui/material/Alert";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { body, client } from "@/api/client";
import { queries } from "@/api/query";
import { FormDialog } from "@/components/FormDialog";
import { Once } from "@/components/Once";
import type { Role } from "@/lib/rights";
import { fieldProblem } from "@/components/fieldProblem";
import { formatTime } from "@/lib/format";
import { currentLanguage, type Language, LANGUAGES } from "@/lib/i18n";
import { useChanged } from "@/lib/useChanged";
import { useWorkspace } from "@/lib/workspace";
import { givable } from "./roles";

/** Invites somebody; the link is shown this one time. */
export function Invite({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("settings");
  const { slug, membership } = useWorkspace();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [language, setLanguage] = useState<string>(currentLanguage());
  const invite = useMutation({
    mutationFn: () => body(client.POST("/api/v1/workspaces/{workspace}/invitations", { params: { path: { workspace: slug } }, body: { email: email.trim(), role, language } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["invitations"] }),
  });
  const changed = useChanged([email, role, language]);
  const made = invite.data;
  if (made) {
    return (
      <FormDialog title={t("people.invited", { email: made.invitation.email })} onClose={onClose} shownOnce>
        <Alert severity={made.sent ? "success" : "info"}>{made.sent ? t("people.sent") : t("people.not_sent")}</Alert>
        <Once text={t("people.link_once", { until: formatTime(made.expires_at) })} label={t("people.link")} value={made.link} />
      </FormDialog>
    );
  }
  const wrong = (field: string) => fieldProblem(invite.error, `/${field}`);
  return (
    <FormDialog title={t("people.invite_title")} submit={t("people.invite")} onSubmit={() => invite.mutate()} onClose={onClose} busy={invite.isPending} changed={changed} disabled={!email.trim()} error={invite.error}>
      <TextField label={t("people.email")} type="email" name="email" value={email} onChange={(event) => setEmail(event.target.value)} error={wrong("email") !== undefined} helperText={wrong("email")} autoFocus required autoComplete="off" />
      <TextField select label={t("people.role")} value={role} onChange={(event) => setRole(event.target.value as Role)} error={wrong("role") !== undefined} helperText={wrong("role") ?? t(`people.may.${role}`)} slotProps={{ select: { renderValue: () => t(`common:role.${role}`) } }}>
        {givable(membership?.role ?? "viewer").map((one) => (
          <MenuItem key={one} value={one} sx={{ display: "block", whiteSpace: "normal" }}>
            {t(`common:role.${one}`)}
            <Typography variant="caption" color="textSecondary" component="div">{t(`people.may.${one}`)}</Typography>
          </MenuItem>
        ))}
      </TextField>
      <TextField select label={t("people.letter_language")} value={language} onChange={(event) => setLanguage(event.target.value)}>
        {(Object.keys(LANGUAGES) as Language[]).map((one) => <MenuItem key={one} value={one} lang={one}>{LANGUAGES[one]}</MenuItem>)}
      </TextField>
    </FormDialog>
  );
}
