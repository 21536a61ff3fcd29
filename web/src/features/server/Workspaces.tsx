import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Boxes, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Api, body, client } from "@/api/client";
import { queries } from "@/api/query";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { FormDialog } from "@/components/FormDialog";
import { TextLink } from "@/components/links";
import { Panel } from "@/components/Panel";
import { ProblemAlert } from "@/components/ProblemAlert";
import { ListSkeleton } from "@/components/Waiting";
import { useChanged } from "@/lib/useChanged";
import { fieldProblem } from "@/components/fieldProblem";
import { formatDay } from "@/lib/format";

type Membership = Api<"Membership">;

/** The workspaces of whoever runs the server: running it opens none of the others. */
export function Workspaces() {
  const { t } = useTranslation("server");
  const [making, setMaking] = useState(false);
  const own = useQuery({ queryKey: ["workspaces"], queryFn: () => body(client.GET("/api/v1/workspaces")) });
  const columns: Column<Membership>[] = [
    { key: "name", title: t("workspace"), cell: (one) => <TextLink to="/w/$workspace" params={{ workspace: one.slug }} sx={{ fontWeight: 600 }}>{one.name}</TextLink> },
    { key: "slug", title: t("slug"), wide: true, cell: (one) => <code>{one.slug}</code> },
    { key: "role", title: t("own_role"), cell: (one) => t(`common:role.${one.role as "viewer"}`) },
    { key: "made", title: t("made"), wide: true, cell: (one) => formatDay(one.created_at) },
    { key: "people", title: "", right: true, cell: (one) => <TextLink to="/w/$workspace/settings/$section" params={{ workspace: one.slug, section: "people" }}>{t("its_people")}</TextLink> },
  ];
  const add = <Button variant="contained" startIcon={<Plus size={17} />} onClick={() => setMaking(true)}>{t("make_workspace")}</Button>;
  return (
    <Panel title={t("section.workspaces")} text={t("workspaces_text")} action={add}>
      <ProblemAlert error={own.error} onRetry={() => void own.refetch()} />
      {own.isPending && <ListSkeleton rows={2} text={t("loading_workspaces")} />}
      {own.data?.items.length === 0 && <EmptyState icon={<Boxes />} title={t("no_workspaces")} text={t("no_workspaces_text")} />}
      {own.data && own.data.items.length > 0 && <DataTable label={t("section.workspaces")} columns={columns} rows={own.data.items} rowKey={(one) => one.id} />}
      {making && <Make onClose={() => setMaking(false)} />}
    </Panel>
  );
}

function Make({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("server");
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [slug, setSlug] = useState("");
  const make = useMutation({
    mutationFn: () => body(client.POST("/api/v1/workspaces", { body: { name: name.trim(), slug: slug.trim() || undefined } })),
    onSuccess: async (made) => {
      await Promise.all([queries.refetchQueries({ queryKey: ["session"] }), queries.invalidateQueries({ queryKey: ["workspaces"] })]);
      await navigate({ to: "/w/$workspace", params: { workspace: made.slug }, ignoreBlocker: true });
    },
  });
  const changed = useChanged([name, slug]);
  const wrong = (field: string) => fieldProblem(make.error, `/${field}`);
  return (
    <FormDialog title={t("make_workspace")} submit={t("make")} onSubmit={() => make.mutate()} onClose={onClose} busy={make.isPending} changed={changed} disabled={!name.trim()} error={make.error}>
      <TextField label={t("name")} name="name" value={name} onChange={(event) => setName(event.target.value)} error={wrong("name") !== undefined} helperText={wrong("name") ?? t("workspace_name_help")} autoFocus required autoComplete="off" />
      <TextField label={t("slug")} name="slug" value={slug} onChange={(event) => setSlug(event.target.value)} error={wrong("slug") !== undefined} helperText={wrong("slug") ?? t("slug_help")} autoComplete="off" />
    </FormDialog>
  );
}
