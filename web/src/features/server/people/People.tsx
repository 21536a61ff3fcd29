import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import Link from "@mui/material/Link";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { UserPlus, Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Api, body, client } from "@/api/client";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { Panel } from "@/components/Panel";
import { LongName } from "@/components/LongName";
import { ProblemAlert } from "@/components/ProblemAlert";
import { TimeText } from "@/components/TimeText";
import { ListSkeleton } from "@/components/Waiting";
import { useDebounced } from "@/lib/useDebounced";
import { useList } from "@/lib/useList";
import { AddPerson } from "./AddPerson";
import { Person } from "./Person";

type User = Api<"User">;

/** Everybody with an account. */
export function People() {
  const { t } = useTranslation("server");
  const navigate = useNavigate();
  const { user } = useSearch({ strict: false }) as { user?: string };
  const [text, setText] = useState("");
  const [sort, setSort] = useState("email");
  const [adding, setAdding] = useState(false);
  const search = useDebounced(text.trim(), 250) || undefined;
  const { rows, error, refetch, more, isLoadingMore } = useList<User>(["users", search, sort], (after) => body(client.GET("/api/v1/users", { params: { query: { search, sort: sort as "email", after, limit: 100 } } })));
  const open = (id: string | undefined) => void navigate({ to: ".", search: (id ? { user: id } : {}) as never });
  const columns: Column<User>[] = [
    {
      key: "name",
      title: t("person"),
      sort: "email",
      cell: (one) => (
        <Box sx={{ py: 0.5, minWidth: 0 }}>
          <Link component="button" type="button" onClick={() => open(one.id)} sx={{ fontWeight: 600, textAlign: "left" }}>{one.name || one.email}</Link>
          <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}><LongName text={one.email} /></Typography>
        </Box>
      ),
    },
    {
      key: "marks",
      title: t("state"),
      cell: (one) => (
        <Box sx={{ display: "flex", gap: 0.5, flexWrap: "wrap" }}>
          {!one.active && <Chip size="small" color="warning" variant="outlined" label={t("inactive")} />}
          {one.runs_server && <Chip size="small" label={t("runs_server")} />}
          {one.second_factor_since && <Chip size="small" variant="outlined" label={t("second_factor")} />}
        </Box>
      ),
    },
    { key: "login", title: t("last_login"), wide: true, cell: (one) => (one.last_login_at ? <TimeText at={one.last_login_at} /> : t("never")) },
    { key: "made", title: t("made"), wide: true, sort: "created", cell: (one) => <TimeText at={one.created_at} /> },
  ];
  return (
    <Panel title={t("section.people")} text={t("people_text")} action={<Button variant="contained" startIcon={<UserPlus size={17} />} onClick={() => setAdding(true)}>{t("add_person")}</Button>}>
      <TextField type="search" label={t("search_people")} value={text} onChange={(event) => setText(event.target.value)} sx={{ maxWidth: 340, mb: 2 }} />
      <ProblemAlert error={error} onRetry={() => void refetch()} />
      {!rows && !error && <ListSkeleton rows={4} text={t("loading_people")} />}
      {rows?.length === 0 && <EmptyState icon={<Users />} title={t("nobody_found")} text={t("nobody_found_text")} />}
      {rows && rows.length > 0 && <DataTable label={t("section.people")} columns={columns} rows={rows} rowKey={(one) => one.id} onOpen={(one) => open(one.id)} sort={sort} onSort={setSort} onMore={more} isLoadingMore={isLoadingMore} />}
      {adding && <AddPerson onClose={() => setAdding(false)} />}
      {user && <Person key={user} id={user} onClose={() => open(undefined)} />}
    </Panel>
  );
}
