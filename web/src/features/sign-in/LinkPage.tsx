import Button from "@mui/material/Button";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Api, body, client } from "@/api/client";
import { sessionQuery, takeSession } from "@/api/session";
import { LinkButton } from "@/components/links";
import { ProblemAlert } from "@/components/ProblemAlert";
import { Waiting } from "@/components/Waiting";
import { currentLanguage } from "@/lib/i18n";
import { Field } from "./fields";
import { Frame } from "./Frame";
import { forgetSecret, linkSecret } from "./secret";

/** What a link in a letter is for: to accept an invitation, or to choose a password. */
export function LinkPage() {
  const { t } = useTranslation("sign-in");
  const [secret] = useState(linkSecret);
  const { data: link, error } = useQuery({
    queryKey: ["link", secret],
    queryFn: () => body(client.GET("/api/v1/links/{secret}", { params: { path: { secret } } })),
    enabled: secret !== "",
    staleTime: Infinity,
  });
  if (error || !secret) {
    return (
      <Frame title={t("link")} text={secret ? undefined : t("link_without_secret")}>
        <ProblemAlert error={error} />
        <LinkButton to="/sign-in" variant="contained">{t("sign_in")}</LinkButton>
      </Frame>
    );
  }
  if (!link) return <Waiting text={t("reading_link")} />;
  return <Use link={link} secret={secret} />;
}

function Use({ link, secret }: { link: Api<"LinkView">; secret: string }) {
  const { t } = useTranslation("sign-in");
  const navigate = useNavigate();
  const router = useRouter();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const isInvitation = link.workspace != null;
  const needsName = isInvitation && !link.has_account;
  const session = useQuery(sessionQuery).data;
  const use = useMutation({
    mutationFn: () =>
      body(client.POST("/api/v1/links/{secret}", { params: { path: { secret } }, body: { name: needsName ? name : undefined, password: password || undefined, language: currentLanguage() } })),
    onSuccess: async (opened) => {
      forgetSecret();
      if (opened) takeSession(opened);
      await router.invalidate();
      await navigate({ to: opened ? "/" : "/sign-in", replace: true });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    use.mutate();
  };
  if (isInvitation && link.has_account && session && !session.user) {
    return (
      <Frame title={t("invitation", { workspace: link.workspace })} text={t("sign_in_first", { email: link.email })}>
        <LinkButton to="/sign-in" search={{ to: "/invitation" }} variant="contained">{t("sign_in")}</LinkButton>
      </Frame>
    );
  }
  return (
    <Frame
      title={isInvitation ? t("invitation", { workspace: link.workspace }) : t("choose_password")}
      text={isInvitation ? t("invitation_text", { email: link.email, role: t(`common:role.${link.role ?? "viewer"}`) }) : link.email}
      onSubmit={submit}
    >
      {needsName && <Field autoFocus name="name" label={t("field.name")} autoComplete="name" error={use.error} value={name} onChange={(event) => setName(event.target.value)} />}
      {(!isInvitation || !link.has_account) && <Field autoFocus={!needsName} name="password" type="password" label={t("new_password")} helperText={t("password_help")} autoComplete="new-password" error={use.error} value={password} onChange={(event) => setPassword(event.target.value)} />}
      <ProblemAlert error={use.error} places={false} />
      <Button type="submit" variant="contained" size="large" loading={use.isPending}>{isInvitation ? t("accept") : t("save_password")}</Button>
    </Frame>
  );
}
