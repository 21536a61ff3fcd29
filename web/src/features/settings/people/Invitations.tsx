import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useMutation, useQuery } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Api, body, client } from "@/api/client";
import { queries } from "@/api/query";
import { useConfirm } from "@/components/Confirm";
import { type Column, DataTable } from "@/components/DataTable";
import { Panel } from "@/components/Panel";
import { ProblemAlert } from "@/components/ProblemAlert";
import { TimeText } from "@/components/TimeText";
import { useToasts } from "@/components/Toasts";
import { ListSkeleton } from "@/components/Waiting";
import { useWorkspace } from "@/lib/workspace";
import { Invite } from "./Invite";

type Link = Api<"Link">;

/** Who is invited and has not come yet. */
export function Invitations() {
  const { t } = useTranslation("settings");
  const { slug } = useWorkspace();
  const confirm = useConfirm();
  const toasts = useToasts();
  const [inviting, setInviting] = useState(false);
  const open = useQuery({ queryKey: ["invitations", slug], queryFn: () => body(client.GET("/api/v1/workspaces/{workspace}/invitations", { params: { path: { workspace: slug } } })) });
  const withdraw = useMutation({
    mutationFn: (link: Link) => client.DELETE("/api/v1/workspaces/{workspace}/invitations/{invitation}", { params: { path: { workspace: slug, invitation: link.id } } }),
    onError: toasts.failed,
    onSuccess: () => toasts.done(t("people.withdrawn")),
    onSettled: () => queries.invalidateQueries({ queryKey: ["invitations"] }),
  });
  const ask = async (link: Link) => {
    if (await confirm({ title: t("people.withdraw_title", { email: link.email }), text: t("people.withdraw_text"), deed: t("people.withdraw"), destroys: true })) withdraw.mutate(link);
  };
  const columns: Column<Link>[] = [
    { key: "email", title: t("people.email"), cell: (link) => link.email },
    { key: "role", title: t("people.role"), cell: (link) => t(`common:role.${(link.role ?? "viewer") as "viewer"}`) },
    { key: "made", title: t("people.invited_at"), wide: true, cell: (link) => <TimeText at={link.created_at} /> },
    { key: "until", title: t("people.works_until"), cell: (link) => <TimeText at={link.expires_at} /> },
    { key: "deeds", title: "", right: true, cell: (link) => <Button size="small" color="error" onClick={() => void ask(link)}>{t("people.withdraw")}</Button> },
  ];
  return (
    <Panel title={t("people.invitations")} text={t("people.invitations_text")} action={<Button variant="contained" startIcon={<UserPlus size={17} />} onClick={() => setInviting(true)}>{t("people.invite")}</Button>}>
      <ProblemAlert error={open.error} onRetry={() => void open.refetch()} />
      {open.isPending && <ListSkeleton rows={1} text={t("people.loading_invitations")} />}
      {open.data?.items.length === 0 && <Typography color="textSecondary" variant="body2">{t("people.no_invitations")}</Typography>}
      {open.data && open.data.items.length > 0 && <DataTable label={t("people.invitations")} columns={columns} rows={open.data.items} rowKey={(link) => link.id} />}
      {inviting && <Invite onClose={() => setInviting(false)} />}
    </Panel>
  );
}
