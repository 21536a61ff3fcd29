import Alert from "@mui/material/Alert";
import FormControlLabel from "@mui/material/FormControlLabel";
import MenuItem from "@mui/material/MenuItem";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Api, body, client } from "@/api/client";
import { queries } from "@/api/query";
import { FormDialog } from "@/components/FormDialog";
import { Once } from "@/components/Once";
import { useChanged } from "@/lib/useChanged";
import { fieldProblem } from "@/components/fieldProblem";
import { formatTime } from "@/lib/format";
import { currentLanguage, type Language, LANGUAGES } from "@/lib/i18n";

/** A link with which a person chooses a password: shown this one time. */
export function PasswordLink({ link }: { link: Api<"NewLink"> }) {
  const { t } = useTranslation("server");
  return (
    <>
      <Alert severity={link.sent ? "success" : "info"}>{link.sent ? t("link_sent") : t("link_not_sent")}</Alert>
      <Once text={t("link_once", { until: formatTime(link.expires_at) })} label={t("password_link")} value={link.link} />
    </>
  );
}

export function AddPerson({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("server");
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [language, setLanguage] = useState<string>(currentLanguage());
  const [runs, setRuns] = useState(false);
  const add = useMutation({
    mutationFn: () => body(client.POST("/api/v1/users", { body: { email: email.trim(), name: name.trim(), language, runs_server: runs } })),
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: ["users"] }), queries.invalidateQueries({ queryKey: ["server"] })]),
  });
  const changed = useChanged([name, email, language, runs]);
  const wrong = (field: string) => fieldProblem(add.error, `/${field}`);
  if (add.data) return <FormDialog title={t("person_added", { name: add.data.user.name })} onClose={onClose} shownOnce><PasswordLink link={add.data.password_link} /></FormDialog>;
  return (
    <FormDialog title={t("add_person")} submit={t("add_person")} onSubmit={() => add.mutate()} onClose={onClose} busy={add.isPending} changed={changed} disabled={!email.trim() || !name.trim()} error={add.error}>
      <TextField label={t("name")} name="name" value={name} onChange={(event) => setName(event.target.value)} error={wrong("name") !== undefined} helperText={wrong("name")} autoFocus required autoComplete="off" />
      <TextField label={t("email")} type="email" name="email" value={email} onChange={(event) => setEmail(event.target.value)} error={wrong("email") !== undefined} helperText={wrong("email")} required autoComplete="off" />
      <TextField select label={t("language")} value={language} onChange={(event) => setLanguage(event.target.value)}>
        {(Object.keys(LANGUAGES) as Language[]).map((one) => <MenuItem key={one} value={one} lang={one}>{LANGUAGES[one]}</MenuItem>)}
      </TextField>
      <FormControlLabel control={<Switch checked={runs} onChange={(event) => setRuns(event.target.checked)} />} label={t("runs_server_long")} />
      <Alert severity="info">{t("no_workspace_yet")}</Alert>
    </FormDialog>
  );
}
