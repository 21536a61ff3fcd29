import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Divider from "@mui/material/Divider";
import TextField from "@mui/material/TextField";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { serverUrl } from "@/api/base";
import { body, client } from "@/api/client";
import { Problem } from "@/api/problem";
import { takeSession } from "@/api/session";
import { ProblemAlert } from "@/components/ProblemAlert";
import { ForgottenPage } from "./ForgottenPage";
import { Frame } from "./Frame";
import { providersQuery } from "@/lib/server";

/** Only places of this server are gone to after signing in. */
function safe(to: string | undefined): string {
  return to?.startsWith("/") && !to.startsWith("//") && !to.includes("\\") ? to : "/";
}

export function SignInPage() {
  const { t } = useTranslation("sign-in");
  const navigate = useNavigate();
  const router = useRouter();
  const { to, problem } = useSearch({ from: "/sign-in" });
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [forgotten, setForgotten] = useState(false);
  const providers = useQuery(providersQuery);
  const signIn = useMutation({
    mutationFn: () => body(client.POST("/api/v1/session", { body: { email: email.trim(), password, code: code.trim() || undefined } })),
    onSuccess: async (session) => {
      takeSession(session);
      await router.invalidate();
      await navigate({ to: safe(to), replace: true });
    },
  });
  const wantsCode = signIn.error instanceof Problem && signIn.error.code === "second_factor";
  const [asked, setAsked] = useState(false);
  if (wantsCode && !asked) setAsked(true);
  const [empty, setEmpty] = useState<"email" | "password">();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const missing = email.trim() === "" ? "email" : password === "" ? "password" : undefined;
    setEmpty(missing);
    if (!missing) return signIn.mutate();
    signIn.reset();
    (event.currentTarget.elements.namedItem(missing) as HTMLElement).focus();
  };
  const missingAt = (field: "email" | "password", value: string) => (empty === field && value === "" ? { error: true, helperText: t(`${field}_missing`) } : {});
  if (forgotten) return <ForgottenPage email={email} onBack={() => setForgotten(false)} />;
  return (
    <Frame title={t("title")} onSubmit={submit}>
      {problem === "ended" && !signIn.error && <Alert severity="info">{t("ended")}</Alert>}
      <TextField label={t("email")} type="email" name="email" autoComplete="username" value={email} onChange={(event) => setEmail(event.target.value)} autoFocus required {...missingAt("email", email)} />
      <TextField label={t("password")} type="password" name="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} required {...missingAt("password", password)} />
      {asked && <TextField label={t("code")} helperText={t("code_help")} name="code" autoComplete="one-time-code" inputMode="text" value={code} onChange={(event) => setCode(event.target.value)} autoFocus required />}
      {wantsCode && !code ? <Alert severity="info">{t("code_wanted")}</Alert> : <ProblemAlert error={signIn.error} />}
      <Button type="submit" variant="contained" size="large" loading={signIn.isPending}>{t("sign_in")}</Button>
      <Button onClick={() => setForgotten(true)}>{t("forgotten")}</Button>
      {(providers.data?.items.length ?? 0) > 0 && <Divider>{t("or")}</Divider>}
      {providers.data?.items.map((provider) => (
        <Button key={provider.name} variant="outlined" href={serverUrl(`/api/v1/providers/${provider.name}/start?return_to=${encodeURIComponent(safe(to))}`)}>
          {t("with", { provider: provider.title })}
        </Button>
      ))}
    </Frame>
  );
}
