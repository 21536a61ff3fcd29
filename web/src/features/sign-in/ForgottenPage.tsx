import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { client } from "@/api/client";
import { ProblemAlert } from "@/components/ProblemAlert";
import { Frame } from "./Frame";

/** Asks for a link with which a new password is chosen. The answer is the same whether there is such an account. */
export function ForgottenPage({ email: first, onBack }: { email: string; onBack: () => void }) {
  const { t } = useTranslation("sign-in");
  const [email, setEmail] = useState(first);
  const ask = useMutation({ mutationFn: () => client.POST("/api/v1/password-resets", { body: { email: email.trim() } }) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate();
  };
  return (
    <Frame title={t("forgotten")} text={t("forgotten_text")} onSubmit={submit}>
      <TextField label={t("email")} type="email" name="email" autoComplete="username" value={email} onChange={(event) => setEmail(event.target.value)} autoFocus required />
      <ProblemAlert error={ask.error} />
      {ask.isSuccess && <Alert severity="success">{t("forgotten_sent")}</Alert>}
      <Button type="submit" variant="contained" size="large" loading={ask.isPending} disabled={ask.isSuccess}>{t("send_link")}</Button>
      <Button onClick={onBack}>{t("back")}</Button>
    </Frame>
  );
}
