import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import { ScrollText } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { body, client } from "@/api/client";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { LongName } from "@/components/LongName";
import { ProblemAlert } from "@/components/ProblemAlert";
import { TimeText } from "@/components/TimeText";
import { ListSkeleton } from "@/components/Waiting";
import { useList } from "@/lib/useList";
import { AuditEntry } from "./AuditEntry";
import { AuditFilters } from "./AuditFilters";
import { type AuditSearch, type Entry, query } from "./filters";
import { OutcomeMark, useActionWords, useActorWords } from "./words";

interface Props {
  /** Of that workspace; without it, of the whole server. */
  workspace?: string;
  search: AuditSearch;
  onSearch: (search: AuditSearch) => void;
}

const PAUSE = 5_000;

/** Who did what, when: to filter, to follow a person or a thing, to look at what changed. */
export function AuditExplorer({ workspace, search, onSearch }: Props) {
  const { t } = useTranslation("audit");
  const action = useActionWords();
  const actor = useActorWords();
  const [open, setOpen] = useState<Entry | null>(null);
  const [live, setLive] = useState(false);
  const wanted = query(search);
  const { rows, error, refetch, more, isLoadingMore } = useList<Entry>(["audit", workspace ?? "", wanted], (after) =>
    body(
      workspace
        ? client.GET("/api/v1/workspaces/{workspace}/audit", { params: { path: { workspace }, query: { ...wanted, after, limit: 100 } } })
        : client.GET("/api/v1/server/audit", { params: { query: { ...wanted, after, limit: 100 } } }),
    ),
  );
  useEffect(() => {
    if (!live) return undefined;
    const timer = setInterval(() => void refetch(), PAUSE);
    return () => clearInterval(timer);
  }, [live, refetch]);
  const names = useMemo(() => {
    const found = new Map<string, string>();
    for (const row of rows ?? []) {
      if (row.object_id && row.object) found.set(row.object_id, row.object);
      if (row.actor_id && row.actor) found.set(row.actor_id, row.actor);
    }
    return found;
  }, [rows]);
  const columns: Column<Entry>[] = [
    { key: "when", title: t("when"), cell: (row) => <Box sx={{ whiteSpace: "nowrap" }}><TimeText at={row.at} /></Box> },
    { key: "who", title: t("who"), cell: (row) => <Box sx={{ overflowWrap: "anywhere", minWidth: { xs: 90, md: 140 } }}><LongName text={actor(row)} /></Box> },
    { key: "what", title: t("what"), cell: (row) => <Link component="button" type="button" onClick={() => setOpen(row)} sx={{ textAlign: "left" }}>{action(row.action)}</Link> },
    { key: "object", title: t("on"), cell: (row) => <Box sx={{ overflowWrap: "anywhere", minWidth: 90 }}><LongName text={row.object ?? row.object_id ?? ""} /></Box>, wide: true },
    { key: "outcome", title: t("outcome_label"), cell: (row) => <OutcomeMark outcome={row.outcome} /> },
    { key: "address", title: t("address"), cell: (row) => row.address ?? "", wide: true },
  ];
  const isFiltered = Object.values(search).some(Boolean);
  return (
    <>
      <AuditFilters search={search} onSearch={onSearch} names={names} live={live} onLive={setLive} />
      <ProblemAlert error={error} onRetry={() => void refetch()} />
      {!rows && !error && <ListSkeleton text={t("loading")} />}
      {rows?.length === 0 && <EmptyState icon={<ScrollText />} title={isFiltered ? t("nothing_found") : t("nothing")} text={isFiltered ? t("nothing_found_text") : t("nothing_text")} />}
      {rows && rows.length > 0 && <DataTable label={t("label")} columns={columns} rows={rows} rowKey={(row) => String(row.number)} onOpen={setOpen} onMore={more} isLoadingMore={isLoadingMore} />}
      {open && (
        <AuditEntry
          entry={open}
          onClose={() => setOpen(null)}
          onFollow={(part) => {
            setOpen(null);
            onSearch(part);
          }}
        />
      )}
    </>
  );
}
