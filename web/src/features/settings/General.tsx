import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Api, client } from "@/api/client";
import { queries } from "@/api/query";
import { sessionQuery } from "@/api/session";
import { useConfirm } from "@/components/Confirm";
import { Facts, Panel } from "@/components/Panel";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { ListSkeleton } from "@/components/Waiting";
import { fieldProblem } from "@/lib/fieldProblem";
import { formatTime } from "@/lib/format";
import { useWorkspace } from "@/lib/workspace";
import { useSettings } from "./useSettings";

export function General() {
  const { t } = useTranslation("settings");
  const { may } = useWorkspace();
  const { query, workspace } = useSettings();
  if (query.error) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  if (!workspace) return <ListSkeleton rows={3} text={t("loading")} />;
  return (
    <>
      <Panel title={t("general.names")} text={may("admin") ? undefined : t("general.only_admins")}>
        {may("admin") ? <Names key={workspace.revision} workspace={workspace} /> : <Facts facts={[[t("general.name"), workspace.name], [t("general.slug"), <code key="slug">{workspace.slug}</code>]]} />}
      </Panel>
      <Panel title={t("general.facts")}>
        <Facts facts={[[t("general.made"), formatTime(workspace.created_at)], [t("general.changed"), formatTime(workspace.updated_at)], [t("general.id"), <code key="id">{workspace.id}</code>], [t("general.own_role"), t(`common:role.${workspace.role as "viewer"}`)]]} />
      </Panel>
      <Leave workspace={workspace} />
      {may("owner") && <Close workspace={workspace} />}
    </>
  );
}

function Names({ workspace }: { workspace: Api<"Membership"> }) {
  const { t } = useTranslation("settings");
  const navigate = useNavigate();
  const toasts = useToasts();
  const { change } = useSettings();
  const [name, setName] = useState(workspace.name);
  const [slug, setSlug] = useState(workspace.slug);
  const isOther = name !== workspace.name || slug !== workspace.slug;
  const save = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { name: name === workspace.name ? undefined : name, slug: slug === workspace.slug ? undefined : slug },
      {
        onSuccess: async ({ value }) => {
          toasts.done(t("saved"));
          if (value.slug === workspace.slug) return;
          await queries.refetchQueries({ queryKey: ["session"] });
          await navigate({ to: "/w/$workspace/settings/$section", params: { workspace: value.slug, section: "general" }, replace: true });
        },
      },
    );
  };
  return (
    <Stack component="form" onSubmit={save} sx={{ gap: 2, maxWidth: 460 }}>
      <TextField label={t("general.name")} name="name" value={name} onChange={(event) => setName(event.target.value)} error={fieldProblem(change.error, "/name") !== undefined} helperText={fieldProblem(change.error, "/name")} required />
      <TextField label={t("general.slug")} name="slug" value={slug} onChange={(event) => setSlug(event.target.value)} error={fieldProblem(change.error, "/slug") !== undefined} helperText={fieldProblem(change.error, "/slug") ?? (slug === workspace.slug ? t("general.slug_help") : t("general.slug_warning"))} required />
      <ProblemAlert error={change.error} places={false} />
      <Button type="submit" variant="contained" disabled={!isOther} loading={change.isPending} sx={{ alignSelf: "flex-start" }}>{t("common:save")}</Button>
    </Stack>
  );
}

/** Goes to the start, where another workspace is chosen. */
function useGoAway() {
  const navigate = useNavigate();
  return async () => {
    await queries.refetchQueries({ queryKey: ["session"] });
    await navigate({ to: "/" });
  };
}

function Leave({ workspace }: { workspace: Api<"Membership"> }) {
  const { t } = useTranslation("settings");
  const confirm = useConfirm();
  const toasts = useToasts();
  const goAway = useGoAway();
  const { data: session } = useQuery(sessionQuery);
  const leave = useMutation({
    mutationFn: () => client.DELETE("/api/v1/workspaces/{workspace}/members/{user}", { params: { path: { workspace: workspace.slug, user: session?.user?.id ?? "" } } }),
    onSuccess: goAway,
    onError: toasts.failed,
  });
  const ask = async () => {
    if (await confirm({ title: t("general.leave_title", { name: workspace.name }), text: t("general.leave_text"), deed: t("general.leave"), destroys: true })) leave.mutate();
  };
  return <Panel title={t("general.leave")} text={t("general.leave_text")} action={<Button variant="outlined" color="error" loading={leave.isPending} onClick={() => void ask()}>{t("general.leave")}</Button>} />;
}

function Close({ workspace }: { workspace: Api<"Membership"> }) {
  const { t } = useTranslation("settings");
  const confirm = useConfirm();
  const toasts = useToasts();
  const goAway = useGoAway();
  const close = useMutation({
    mutationFn: () => client.DELETE("/api/v1/workspaces/{workspace}", { params: { path: { workspace: workspace.slug } } }),
    onSuccess: goAway,
    onError: toasts.failed,
  });
  const ask = async () => {
    if (await confirm({ title: t("general.close_title", { name: workspace.name }), text: t("general.close_text"), deed: t("general.close"), destroys: true, typed: workspace.slug })) close.mutate();
  };
  return <Panel destroys title={t("general.close")} text={t("general.close_text")} action={<Button variant="contained" color="error" loading={close.isPending} onClick={() => void ask()}>{t("general.close")}</Button>} />;
}
