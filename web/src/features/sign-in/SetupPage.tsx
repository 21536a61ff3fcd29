import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import { useMutation } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { body, client } from "@/api/client";
import { takeSession } from "@/api/session";
import { ProblemAlert } from "@/components/ProblemAlert";
import { currentLanguage } from "@/lib/i18n";
import { Field } from "./fields";
import { Frame } from "./Frame";
import { linkSecret } from "./secret";

/** The first account of a server; opened by the link that the server prints at its first start. */
export function SetupPage() {
  const { t } = useTranslation("sign-in");
  const navigate = useNavigate();
  const router = useRouter();
  const [secret] = useState(linkSecret);
  const [values, setValues] = useState({ email: "", name: "", password: "", workspace: "" });
  const make = useMutation({
    mutationFn: () => body(client.POST("/api/v1/setup", { body: { ...values, secret, language: currentLanguage() } })),
    onSuccess: async (session) => {
      takeSession(session);
      await router.invalidate();
      await navigate({ to: "/", replace: true });
    },
  });
  if (!secret) {
    return (
      <Frame title={t("setup")} text={t("setup_without_link")}>
        <Alert severity="info">{t("setup_where")}</Alert>
      </Frame>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  const field = (name: keyof typeof values, type: string, autoComplete: string, help?: string) => (
    <Field name={name} type={type} label={t(name === "password" ? "password" : `field.${name}`)} autoComplete={autoComplete} helperText={help} error={make.error} value={values[name]} onChange={(event) => setValues({ ...values, [name]: event.target.value })} />
  );
  return (
    <Frame title={t("setup")} text={t("setup_text")} onSubmit={submit}>
      {field("name", "text", "name")}
      {field("email", "email", "username")}
      {field("password", "password", "new-password", t("password_help"))}
      {field("workspace", "text", "organization", t("workspace_help"))}
      <ProblemAlert error={make.error} places={false} />
      <Button type="submit" variant="contained" size="large" loading={make.isPending}>{t("make_account")}</Button>
    </Frame>
  );
}
