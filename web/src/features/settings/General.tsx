import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { type Api, client } from "@/api/client";
import { queries } from "@/api/query";
import { sessionQuery } from "@/api/session";
import { useConfirm } from "@/components/Confirm";
import { Facts, Panel } from "@/components/Panel";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { ListSkeleton } from "@/components/Waiting";
import { fieldProblem } from "@/components/fieldProblem";
import { formatTime } from "@/lib/format";
import { useEdited } from "@/lib/useEdited";
import { useWorkspace } from "@/lib/workspace";
import { useSettings } from "./useSettings";

export function General() {
  const { t } = useTranslation("settings");
  const { may } = useWorkspace();
  const { query, workspace } = useSettings();
  // What was read stays: a form with something typed would be gone with it.
  if (!workspace) return query.error ? <ProblemAlert error={query.error} onRetry={() => void query.refetch()} /> : <ListSkeleton rows={3} text={t("loading")} />;
  return (
    <>
      <Panel title={t("general.names")} text={may("admin") ? undefined : t("general.only_admins")}>
        {may("admin") ? <Names workspace={workspace} /> : <Facts facts={[[t("general.name"), workspace.name], [t("general.slug"), <code key="slug">{workspace.slug}</code>]]} />}
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
  const { value: { name, slug }, set, isChanged, saved } = useEdited({ name: workspace.name, slug: workspace.slug });
  useLeaveGuard(isChanged);
  const save = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { name: name === workspace.name ? undefined : name, slug: slug === workspace.slug ? undefined : slug },
      {
        onSuccess: async ({ value }) => {
          saved();
          toasts.done(t("saved"));
          if (value.slug === workspace.slug) return;
          await queries.refetchQueries({ queryKey: ["session"] });
          await navigate({ to: "/w/$workspace/settings/$section", params: { workspace: value.slug, section: "general" }, replace: true, ignoreBlocker: true });
        },
      },
    );
  };
  return (
    <Stack component="form" noValidate onSubmit={save} sx={{ gap: 2, maxWidth: 460 }}>
      <TextField label={t("general.name")} name="name" value={name} onChange={(event) => set({ name: event.target.value, slug })} error={fieldProblem(change.error, "/name") !== undefined} helperText={fieldProblem(change.error, "/name")} required />
      <TextField label={t("general.slug")} name="slug" value={slug} onChange={(event) => set({ name, slug: event.target.value })} error={fieldProblem(change.error, "/slug") !== undefined} helperText={fieldProblem(change.error, "/slug") ?? (slug === workspace.slug ? t("general.slug_help") : t("general.slug_warning"))} required />
      <ProblemAlert error={change.error} places={false} />
      <Button type="submit" variant="contained" disabled={!isChanged || !name.trim() || !slug.trim()} loading={change.isPending} sx={{ alignSelf: "flex-start" }}>{t("common:save")}</Button>
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
