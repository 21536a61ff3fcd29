import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Api, client } from "@/api/client";
import { queries } from "@/api/query";
import { sessionQuery } from "@/api/session";
import { useConfirm } from "@/components/Confirm";
import { type Column, DataTable } from "@/components/DataTable";
import { TextLink } from "@/components/links";
import { OnlyRead } from "@/components/OnlyRead";
import { Panel } from "@/components/Panel";
import { LongName } from "@/components/LongName";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { ListSkeleton } from "@/components/Waiting";
import { ahead, changeItems } from "@/lib/ahead";
import { formatDay } from "@/lib/format";
import { isAtLeast, type Role } from "@/lib/rights";
import { useWorkspace } from "@/lib/workspace";
import { givable } from "./roles";
import { membersQuery } from "@/lib/usePeople";

type Member = Api<"Member">;

export function Members() {
  const { t } = useTranslation("settings");
  const { slug, membership } = useWorkspace();
  const confirm = useConfirm();
  const toasts = useToasts();
  const { data: session } = useQuery(sessionQuery);
  const members = useQuery(membersQuery(slug));
  const refresh = () => Promise.all([queries.invalidateQueries({ queryKey: ["members"] }), queries.invalidateQueries({ queryKey: ["session"] })]);
  const path = (member: Member) => ({ path: { workspace: slug, user: member.user_id } });
  const shown = ahead<{ member: Member; role: string }>({ keys: [["members", slug]], change: (all, { member, role }) => changeItems<Member>(all, (one) => (one.user_id === member.user_id ? { ...one, role } : one)), failed: toasts.failed });
  const give = useMutation({
    mutationFn: ({ member, role }: { member: Member; role: string }) => client.PUT("/api/v1/workspaces/{workspace}/members/{user}", { params: path(member), body: { role: role as Role } }),
    onSuccess: (_, { member, role }) => toasts.done(t("people.role_given", { name: member.name, role: t(`common:role.${role as "viewer"}`) })),
    ...shown,
    onSettled: () => {
      shown.onSettled();
      // One may have changed one's own.
      void queries.invalidateQueries({ queryKey: ["session"] });
    },
  });
  const remove = useMutation({
    mutationFn: (member: Member) => client.DELETE("/api/v1/workspaces/{workspace}/members/{user}", { params: path(member) }),
    onSuccess: (_, member) => toasts.done(t("people.removed", { name: member.name })),
    onError: toasts.failed,
    onSettled: refresh,
  });
  const own = membership?.role ?? "viewer";
  const roles = givable(own);
  const isMe = (member: Member) => member.user_id === session?.user?.id;
  const mayChange = (member: Member) => roles.length > 0 && isAtLeast(own, member.role as "viewer");
  const change = async (member: Member, role: string) => {
    const loses = isMe(member) && !isAtLeast(role, own as "viewer");
    if (loses && !(await confirm({ title: t("people.own_title"), text: t("people.own_text"), deed: t("people.own_deed") }))) return;
    give.mutate({ member, role });
  };
  const askRemove = async (member: Member) => {
    if (await confirm({ title: t("people.remove_title", { name: member.name }), text: t("people.remove_text"), deed: t("people.remove"), destroys: true })) remove.mutate(member);
  };
  const columns: Column<Member>[] = [
    {
      key: "name",
      title: t("people.person"),
      cell: (member) => (
        <Box sx={{ minWidth: 0, py: 0.5 }}>
          <Box sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap", fontWeight: 600 }}>
            {member.name}
            {isMe(member) && <Chip size="small" label={t("people.you")} />}
            {!member.active && <Chip size="small" color="warning" variant="outlined" label={t("people.inactive")} />}
          </Box>
          <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}><LongName text={member.email} /></Typography>
        </Box>
      ),
    },
    {
      key: "role",
      title: t("people.role"),
      width: 170,
      cell: (member) =>
        mayChange(member) ? (
          <TextField select value={member.role} onChange={(event) => void change(member, event.target.value)} sx={{ minWidth: 130 }} slotProps={{ select: { SelectDisplayProps: { "aria-label": t("people.role_of", { name: member.name }) } } }}>
            {roles.map((role) => <MenuItem key={role} value={role}>{t(`common:role.${role}`)}</MenuItem>)}
          </TextField>
        ) : (
          t(`common:role.${member.role as "viewer"}`)
        ),
    },
    { key: "origin", title: t("people.origin"), wide: true, cell: (member) => (member.origin === "invited" ? t("people.by_hand") : t("people.by_groups", { provider: member.origin })) },
    { key: "since", title: t("people.since"), wide: true, cell: (member) => formatDay(member.created_at) },
    { key: "deeds", title: <OnlyRead>{t("people.remove")}</OnlyRead>, right: true, cell: (member) => mayChange(member) && !isMe(member) && <Button size="small" color="error" onClick={() => void askRemove(member)}>{t("people.remove")}</Button> },
  ];
  return (
    <Panel title={t("people.members")} text={<>{t("people.members_text")} <TextLink to="/help/$" params={{ _splat: "guides/people-and-rights" }} hash="roles">{t("people.roles_help")}</TextLink></>}>
      <ProblemAlert error={members.error} onRetry={() => void members.refetch()} />
      {members.isPending && <ListSkeleton rows={3} text={t("people.loading")} />}
      {members.data && <DataTable label={t("people.members")} columns={columns} rows={members.data.items} rowKey={(member) => member.user_id} />}
    </Panel>
  );
}
