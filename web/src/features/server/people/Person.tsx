import Alert from "@mui/material/Alert";
import FormControlLabel from "@mui/material/FormControlLabel";
import MenuItem from "@mui/material/MenuItem";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Api, client, tagged } from "@/api/client";
import { queries } from "@/api/query";
import { FormDialog } from "@/components/FormDialog";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { ListSkeleton } from "@/components/Waiting";
import { fieldProblem } from "@/components/fieldProblem";
import { type Language, LANGUAGES } from "@/lib/i18n";
import { useEdited } from "@/lib/useEdited";
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
  return <Form user={person.data.value} etag={person.data.etag} onClose={onClose} />;
}

function Form({ user, etag, onClose }: { user: Api<"User">; etag: string; onClose: () => void }) {
  const { t } = useTranslation("server");
  const toasts = useToasts();
  const { value, set: setValue, isChanged, tag = etag, saved } = useEdited({ name: user.name, email: user.email, language: user.language, runs_server: user.runs_server }, etag);
  const set = (part: Partial<typeof value>) => setValue({ ...value, ...part });
  const save = useMutation({
    mutationFn: () => client.PATCH("/api/v1/users/{user}", { params: { path: { user: user.id }, header: { "If-Match": tag } }, body: { ...value, name: value.name.trim(), email: value.email.trim() } }),
    onSuccess: () => {
      saved();
      toasts.done(t("saved"));
    },
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: ["users"] }), queries.invalidateQueries({ queryKey: ["session"] })]),
  });
  const wrong = (field: string) => fieldProblem(save.error, `/${field}`);
  return (
    <FormDialog wide title={user.name || user.email} submit={t("common:save")} onSubmit={() => save.mutate()} onClose={onClose} busy={save.isPending} disabled={!isChanged} changed={isChanged} error={save.error}>
      {!user.active && <Alert severity="warning">{t("inactive_text")}</Alert>}
      <TextField label={t("name")} value={value.name} onChange={(event) => set({ name: event.target.value })} error={wrong("name") !== undefined} helperText={wrong("name")} required autoComplete="off" />
      <TextField label={t("email")} type="email" value={value.email} onChange={(event) => set({ email: event.target.value })} error={wrong("email") !== undefined} helperText={wrong("email")} required autoComplete="off" />
      <TextField select label={t("language")} value={value.language} onChange={(event) => set({ language: event.target.value })}>
        {(Object.keys(LANGUAGES) as Language[]).map((one) => <MenuItem key={one} value={one} lang={one}>{LANGUAGES[one]}</MenuItem>)}
      </TextField>
      <FormControlLabel control={<Switch checked={value.runs_server} onChange={(event) => set({ runs_server: event.target.checked })} />} label={t("runs_server_long")} />
      <Deeds user={user} />
      <Goodbye user={user} etag={etag} onGone={onClose} />
    </FormDialog>
  );
}
