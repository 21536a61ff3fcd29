import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Api } from "@/api/client";
import { queries } from "@/api/query";
import { type Column, DataTable } from "@/components/DataTable";
import { OnlyRead } from "@/components/OnlyRead";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { ListSkeleton } from "@/components/Waiting";
import { ahead, changeItems } from "@/lib/ahead";
import { grantsQuery, useMayOn } from "@/lib/grants";
import { useWorkspace } from "@/lib/workspace";
import { type ConnectionView, grant, ungrant } from "./api";
import type { Role } from "@/lib/rights";
import { membersQuery } from "@/lib/usePeople";

type Grant = Api<"GrantView">;
const ROLES = ["viewer", "operator", "editor"] as const;

/** Who may see and use a connection beside the roles of the workspace. */
export function AccessTab({ connection }: { connection: ConnectionView }) {
  const { t } = useTranslation("connections");
  const { slug } = useWorkspace();
  const { may } = useMayOn(connection.id);
  const toasts = useToasts();
  const { data, error, refetch } = useQuery(grantsQuery(slug, connection.id));
  const again = () => queries.invalidateQueries({ queryKey: ["connections", slug, "grants"] });
  const remove = useMutation({
    mutationFn: (one: Grant) => ungrant(slug, connection.id, one.user_id),
    ...ahead<Grant>({ keys: [["connections", slug, "grants", connection.id]], change: (all, gone) => changeItems<Grant>(all, (one) => (one.user_id === gone.user_id ? null : one)), failed: toasts.failed }),
    onSuccess: (_, one) => toasts.done(t("ungranted", { name: one.name || one.email }), { label: t("common:undo"), run: () => void grant(slug, connection.id, one.user_id, one.role as Role).then(again, toasts.failed) }),
  });
  const columns: Column<Grant>[] = [
    { key: "name", title: t("person"), cell: (one) => <><Box sx={{ fontWeight: 600 }}>{one.name || one.email}</Box>{one.name && <Box sx={{ color: "text.secondary", fontSize: 13 }}>{one.email}</Box>}</> },
    { key: "role", title: t("may"), cell: (one) => t(`common:role.${one.role}`) },
  ];
  if (may("editor")) {
    columns.push({ key: "do", title: <OnlyRead>{t("common:deeds")}</OnlyRead>, right: true, cell: (one) => <Tooltip title={t("ungrant")}><IconButton size="small" aria-label={t("ungrant_one", { name: one.name || one.email })} onClick={() => remove.mutate(one)}><Trash2 size={16} /></IconButton></Tooltip> });
  }
  return (
    <Box sx={{ maxWidth: 860 }}>
      <Alert severity="info" sx={{ mb: 2 }}>{connection.restricted ? t("access_restricted") : t("access_open")}</Alert>
      <Typography color="textSecondary" sx={{ mb: 2 }}>{t("grants_help")}</Typography>
      <ProblemAlert error={error} onRetry={() => void refetch()} />
      {!data && !error && <ListSkeleton rows={3} text={t("loading_grants")} />}
      {data && data.length > 0 && <DataTable label={t("tab.access")} columns={columns} rows={data} rowKey={(one) => one.user_id} />}
      {data?.length === 0 && <Typography sx={{ py: 1 }}>{t("no_grants")}</Typography>}
      {data && may("editor") && <Give connection={connection} granted={data.map((one) => one.user_id)} />}
    </Box>
  );
}

function Give({ connection, granted }: { connection: ConnectionView; granted: string[] }) {
  const { t } = useTranslation("connections");
  const { slug } = useWorkspace();
  const members = useQuery(membersQuery(slug));
  const [person, setPerson] = useState("");
  const [role, setRole] = useState<string>("operator");
  const give = useMutation({
    mutationFn: () => grant(slug, connection.id, person, role as Role),
    onSuccess: () => {
      setPerson("");
      return queries.invalidateQueries({ queryKey: ["connections", slug, "grants"] });
    },
  });
  const others = members.data?.items.filter((member) => !granted.includes(member.user_id)) ?? [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    give.mutate();
  };
  return (
    <Box component="form" onSubmit={submit} sx={{ mt: 2.5 }}>
      <Typography variant="h3" component="h2" sx={{ mb: 1.5 }}>{t("grant_title")}</Typography>
      <ProblemAlert error={members.error ?? give.error} />
      <Box sx={{ display: "flex", gap: 1.5, flexWrap: "wrap", alignItems: "center" }}>
        <TextField select label={t("person")} value={person} onChange={(event) => setPerson(event.target.value)} sx={{ flex: "1 1 240px", maxWidth: 360 }} disabled={others.length === 0} helperText={members.data && others.length === 0 ? t("nobody_left") : undefined}>
          {others.map((member) => <MenuItem key={member.user_id} value={member.user_id}>{member.name || member.email}</MenuItem>)}
        </TextField>
        <TextField select label={t("may")} value={role} onChange={(event) => setRole(event.target.value)} sx={{ flex: "0 1 200px" }}>
          {ROLES.map((one) => <MenuItem key={one} value={one}>{t(`common:role.${one}`)}</MenuItem>)}
        </TextField>
        <Button type="submit" variant="outlined" disabled={person === ""} loading={give.isPending}>{t("grant")}</Button>
      </Box>
    </Box>
  );
}
