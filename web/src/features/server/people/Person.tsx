import Alert from "@mui/material/Alert";
import FormControlLabel from "@mui/material/FormControlLabel";
import MenuItem from "@mui/material/MenuItem";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Api, client, tagged } from "@/api/client";
import { queries } from "@/api/query";
import { FormDialog } from "@/components/FormDialog";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { ListSkeleton } from "@/components/Waiting";
import { fieldProblem } from "@/lib/fieldProblem";
import { type Language, LANGUAGES } from "@/lib/i18n";
import { Deeds } from "./Deeds";
import { Goodbye } from "./Goodbye";

/** One account: what it says, and what can be done about it. */
export function Person({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("server");
  const person = useQuery({ queryKey: ["users", "one", id], queryFn: () => tagged(client.GET("/api/v1/users/{user}", { params: { path: { user: id } } })) });
  if (person.error || !person.data) {
    return (
      <FormDialog title={t("account")} onClose={onClose}>
        <ProblemAlert error={person.error} onRetry={() => void person.refetch()} />
        {person.isPending && <ListSkeleton rows={4} text={t("loading_person")} />}
      </FormDialog>
    );
  }
  return <Form key={person.data.etag} user={person.data.value} etag={person.data.etag} onClose={onClose} />;
}

function Form({ user, etag, onClose }: { user: Api<"User">; etag: string; onClose: () => void }) {
  const { t } = useTranslation("server");
  const toasts = useToasts();
  const [name, setName] = useState(user.name);
  const [email, setEmail] = useState(user.email);
  const [language, setLanguage] = useState(user.language);
  const [runs, setRuns] = useState(user.runs_server);
  const save = useMutation({
    mutationFn: () => client.PATCH("/api/v1/users/{user}", { params: { path: { user: user.id }, header: { "If-Match": etag } }, body: { name: name.trim(), email: email.trim(), language, runs_server: runs } }),
    onSuccess: () => toasts.done(t("saved")),
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: ["users"] }), queries.invalidateQueries({ queryKey: ["session"] })]),
  });
  const wrong = (field: string) => fieldProblem(save.error, `/${field}`);
  const isOther = name !== user.name || email !== user.email || language !== user.language || runs !== user.runs_server;
  return (
    <FormDialog wide title={user.name || user.email} submit={t("common:save")} onSubmit={() => save.mutate()} onClose={onClose} busy={save.isPending} disabled={!isOther} error={save.error}>
      {!user.active && <Alert severity="warning">{t("inactive_text")}</Alert>}
      <TextField label={t("name")} value={name} onChange={(event) => setName(event.target.value)} error={wrong("name") !== undefined} helperText={wrong("name")} required autoComplete="off" />
      <TextField label={t("email")} type="email" value={email} onChange={(event) => setEmail(event.target.value)} error={wrong("email") !== undefined} helperText={wrong("email")} required autoComplete="off" />
      <TextField select label={t("language")} value={language} onChange={(event) => setLanguage(event.target.value)}>
        {(Object.keys(LANGUAGES) as Language[]).map((one) => <MenuItem key={one} value={one} lang={one}>{LANGUAGES[one]}</MenuItem>)}
      </TextField>
      <FormControlLabel control={<Switch checked={runs} onChange={(event) => setRuns(event.target.checked)} />} label={t("runs_server_long")} />
      <Deeds user={user} />
      <Goodbye user={user} etag={etag} onGone={onClose} />
    </FormDialog>
  );
}
