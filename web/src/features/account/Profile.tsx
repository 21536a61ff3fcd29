import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import { useColorScheme } from "@mui/material/styles";
import TextField from "@mui/material/TextField";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Panel } from "@/components/Panel";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { fieldProblem } from "@/components/fieldProblem";
import { currentLanguage, type Language, LANGUAGES, setLanguage } from "@/lib/i18n";
import { useEdited } from "@/lib/useEdited";
import { type Account, useChange } from "./useAccount";

interface Props {
  account: Account;
  etag: string;
}
const MODES = ["system", "light", "dark"] as const;

export function Profile({ account, etag }: Props) {
  const { t } = useTranslation("account");
  return (
    <>
      <Panel title={t("who")} text={t("who_text")}><Who account={account} etag={etag} /></Panel>
      <Panel title={t("looks")} text={t("looks_text")}><Looks etag={etag} /></Panel>
      <Panel title={t("email")} text={t("email_text")}><Email account={account} etag={etag} /></Panel>
    </>
  );
}

function Who({ account, etag }: Props) {
  const { t } = useTranslation("account");
  const toasts = useToasts();
  const change = useChange(etag);
  const { value: name, set: setName, isChanged, saved } = useEdited(account.name);
  useLeaveGuard(isChanged);
  const save = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ name: name.trim() }, { onSuccess: () => { saved(); toasts.done(t("saved")); } });
  };
  return (
    <Stack component="form" noValidate onSubmit={save} sx={{ gap: 2, maxWidth: 460 }}>
      <TextField label={t("name")} name="name" autoComplete="name" value={name} onChange={(event) => setName(event.target.value)} error={fieldProblem(change.error, "/name") !== undefined} helperText={fieldProblem(change.error, "/name")} required />
      <ProblemAlert error={change.error} places={false} />
      <Button type="submit" variant="contained" loading={change.isPending} disabled={!name.trim() || !isChanged} sx={{ alignSelf: "flex-start" }}>{t("common:save")}</Button>
    </Stack>
  );
}

/** Language and colours count at once: one sees what one chose. */
function Looks({ etag }: { etag: string }) {
  const { t } = useTranslation("account");
  const change = useChange(etag);
  const { mode, setMode } = useColorScheme();
  const choose = (language: Language) => {
    void setLanguage(language);
    change.mutate({ language });
  };
  return (
    <Stack sx={{ gap: 2, maxWidth: 460 }}>
      <TextField select label={t("language")} value={currentLanguage()} onChange={(event) => choose(event.target.value as Language)} helperText={t("language_help")}>
        {(Object.keys(LANGUAGES) as Language[]).map((one) => <MenuItem key={one} value={one} lang={one}>{LANGUAGES[one]}</MenuItem>)}
      </TextField>
      <TextField select label={t("theme")} value={mode ?? "system"} onChange={(event) => setMode(event.target.value as (typeof MODES)[number])} helperText={t("theme_help")}>
        {MODES.map((one) => <MenuItem key={one} value={one}>{t(`common:mode.${one}`)}</MenuItem>)}
      </TextField>
      <ProblemAlert error={change.error} />
    </Stack>
  );
}

function Email({ account, etag }: Props) {
  const { t } = useTranslation("account");
  const toasts = useToasts();
  const change = useChange(etag);
  const { value: email, set: setEmail, isChanged, saved } = useEdited(account.email);
  useLeaveGuard(isChanged);
  const [password, setPassword] = useState("");
  const isOther = email.trim() !== account.email;
  const wrong = (field: string) => fieldProblem(change.error, `/${field}`);
  const save = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ email: email.trim(), password: password || undefined }, { onSuccess: () => { saved(); setPassword(""); toasts.done(t("saved")); } });
  };
  return (
    <Stack component="form" noValidate onSubmit={save} sx={{ gap: 2, maxWidth: 460 }}>
      <TextField label={t("email_address")} type="email" name="email" autoComplete="email" value={email} onChange={(event) => setEmail(event.target.value)} error={wrong("email") !== undefined} helperText={wrong("email")} required />
      {isOther && account.has_password && <TextField label={t("password")} type="password" name="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} error={wrong("password") !== undefined} helperText={wrong("password") ?? t("password_once_more")} required />}
      <ProblemAlert error={change.error} places={false} />
      <Button type="submit" variant="contained" loading={change.isPending} disabled={!isOther || (account.has_password && !password)} sx={{ alignSelf: "flex-start" }}>{t("change_email")}</Button>
    </Stack>
  );
}
