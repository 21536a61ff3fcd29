import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { client } from "@/api/client";
import { queries } from "@/api/query";
import { Panel } from "@/components/Panel";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { fieldProblem } from "@/components/fieldProblem";
import { type Account, refreshAccount } from "../useAccount";

/** The password; a new one ends every other session. */
export function Password({ account }: { account: Account }) {
  const { t } = useTranslation("account");
  const toasts = useToasts();
  const [open, setOpen] = useState(false);
  const [password, setPassword] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => client.POST("/api/v1/account/password", { body: { password: password || undefined, new_password: next } }),
    onSuccess: async () => {
      setPassword("");
      setNext("");
      setOpen(false);
      toasts.done(t("password_changed"));
      await Promise.all([refreshAccount(), queries.invalidateQueries({ queryKey: ["sessions"] })]);
    },
  });
  const guarded = useLeaveGuard(open && next !== "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  const wrong = (field: string) => fieldProblem(change.error, `/${field}`);
  const deed = account.has_password ? t("change_password") : t("set_password");
  return (
    <Panel title={t("password")} text={account.has_password ? t("password_text") : t("no_password_text")} action={!open && <Button variant="outlined" onClick={() => setOpen(true)}>{deed}</Button>}>
      {open && (
        <Stack component="form" onSubmit={submit} sx={{ gap: 2, maxWidth: 460 }}>
          <input type="hidden" name="username" autoComplete="username" value={account.email} readOnly />
          {account.has_password && <TextField label={t("present_password")} type="password" name="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} error={wrong("password") !== undefined} helperText={wrong("password")} autoFocus required />}
          <TextField label={t("new_password")} type="password" name="new-password" autoComplete="new-password" value={next} onChange={(event) => setNext(event.target.value)} error={wrong("new_password") !== undefined} helperText={wrong("new_password") ?? t("new_password_help")} required />
          <ProblemAlert error={change.error} places={false} />
          <Stack direction="row" sx={{ gap: 1 }}>
            <Button type="submit" variant="contained" loading={change.isPending} disabled={!next || (account.has_password && !password)}>{deed}</Button>
            <Button onClick={() => guarded(() => { setOpen(false); setPassword(""); setNext(""); change.reset(); })}>{t("common:cancel")}</Button>
          </Stack>
        </Stack>
      )}
    </Panel>
  );
}
