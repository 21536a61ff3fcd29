import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useMutation, useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Api, body, client } from "@/api/client";
import { queries } from "@/api/query";
import { useConfirm } from "@/components/Confirm";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { TextLink } from "@/components/links";
import { Panel } from "@/components/Panel";
import { ProblemAlert } from "@/components/ProblemAlert";
import { TimeText } from "@/components/TimeText";
import { useToasts } from "@/components/Toasts";
import { ListSkeleton } from "@/components/Waiting";
import { useWorkspace } from "@/lib/workspace";
import { NewKey } from "./NewKey";
import { membersQuery } from "@/lib/usePeople";

type Key = Api<"ApiKey">;

/** Keys with which programs work in the workspace. */
export function Keys() {
  const { t } = useTranslation("settings");
  const { slug, may } = useWorkspace();
  const confirm = useConfirm();
  const toasts = useToasts();
  const [making, setMaking] = useState(false);
  const path = { workspace: slug };
  const keys = useQuery({ queryKey: ["keys", slug], queryFn: () => body(client.GET("/api/v1/workspaces/{workspace}/keys", { params: { path } })) });
  const members = useQuery(membersQuery(slug));
  const revoke = useMutation({
    mutationFn: (key: Key) => client.DELETE("/api/v1/workspaces/{workspace}/keys/{key}", { params: { path: { ...path, key: key.id } } }),
    onSuccess: (_, key) => toasts.done(t("keys.revoked", { name: key.name })),
    onError: toasts.failed,
    onSettled: () => queries.invalidateQueries({ queryKey: ["keys"] }),
  });
  const ask = async (key: Key) => {
    if (await confirm({ title: t("keys.revoke_title", { name: key.name }), text: t("keys.revoke_text"), deed: t("keys.revoke"), destroys: true })) revoke.mutate(key);
  };
  const owner = (key: Key) => members.data?.items.find((member) => member.user_id === key.user_id)?.name ?? key.user_id;
  const columns: Column<Key>[] = [
    {
      key: "name",
      title: t("keys.name"),
      cell: (key) => (
        <Box sx={{ py: 0.5 }}>
          <Box sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>{key.name}</Box>
          <Typography variant="caption" color="textSecondary" component="code">{key.beginning}…</Typography>
        </Box>
      ),
    },
    ...(may("admin") ? [{ key: "owner", title: t("keys.owner"), cell: owner, wide: true }] : []),
    { key: "scopes", title: t("keys.scopes"), wide: true, cell: (key) => <Tooltip title={key.scopes.join(", ")}><Box component="span" tabIndex={0}>{t("keys.scopes_count", { count: key.scopes.length })}</Box></Tooltip> },
    { key: "used", title: t("keys.used"), cell: (key) => (key.used_at ? <TimeText at={key.used_at} /> : t("keys.never")) },
    { key: "ends", title: t("keys.ends"), wide: true, cell: (key) => (key.expires_at ? <TimeText at={key.expires_at} /> : t("keys.endless")) },
    { key: "deeds", title: "", right: true, cell: (key) => <Button size="small" color="error" onClick={() => void ask(key)}>{t("keys.revoke")}</Button> },
  ];
  const add = <Button variant="contained" startIcon={<Plus size={17} />} onClick={() => setMaking(true)}>{t("keys.make")}</Button>;
  return (
    <Panel title={t("keys.title")} text={<>{may("admin") ? t("keys.text_all") : t("keys.text_own")} <TextLink to="/help/$" params={{ _splat: "guides/people-and-rights" }} hash="api-keys">{t("keys.help")}</TextLink></>} action={add}>
      <ProblemAlert error={keys.error} onRetry={() => void keys.refetch()} />
      {keys.isPending && <ListSkeleton rows={3} text={t("keys.loading")} />}
      {keys.data?.items.length === 0 && <EmptyState icon={<KeyRound />} title={t("keys.none")} text={t("keys.none_text")} />}
      {keys.data && keys.data.items.length > 0 && <DataTable label={t("keys.title")} columns={columns} rows={keys.data.items} rowKey={(key) => key.id} />}
      {making && <NewKey onClose={() => setMaking(false)} />}
    </Panel>
  );
}
