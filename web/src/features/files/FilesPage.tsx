import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import TextField from "@mui/material/TextField";
import Tooltip from "@mui/material/Tooltip";
import { useMutation } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Download, FileText, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/query";
import { useConfirm } from "@/components/Confirm";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { TextLink } from "@/components/links";
import { OnlyRead } from "@/components/OnlyRead";
import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { ProblemAlert } from "@/components/ProblemAlert";
import { TimeText } from "@/components/TimeText";
import { useToasts } from "@/components/Toasts";
import { ListSkeleton } from "@/components/Waiting";
import { formatBytes } from "@/lib/format";
import { uploadQuery } from "@/lib/uploads";
import { useDebounced } from "@/lib/useDebounced";
import { useList } from "@/lib/useList";
import { useWorkspace } from "@/lib/workspace";
import { contentUrl, listUploads, removeUpload, type Upload } from "./api";
import { DropZone } from "./DropZone";
import { FileDrawer } from "./FileDrawer";
import { SendingList } from "./SendingList";
import { sendings, useSendings } from "./sendings";

/** Files that people gave to the server, for pipelines to read. */
export function FilesPage() {
  const { t } = useTranslation("files");
  const { slug, may } = useWorkspace();
  const navigate = useNavigate();
  const { upload } = useSearch({ from: "/inside/w/$workspace/files" });
  const [typed, setTyped] = useState("");
  const [sort, setSort] = useState("-created");
  const wanted = useDebounced(typed.trim(), 200);
  const mayRead = may("operator");
  const list = useList(["uploads", slug, "list", wanted, sort], (after) => listUploads(slug, wanted, sort, after), mayRead);
  const queue = useSendings(slug);
  const open = (id: string | undefined) => void navigate({ to: ".", search: { upload: id } });
  if (!mayRead) {
    return (
      <Page>
        <PageHeader title={t("title")} />
        <EmptyState icon={<FileText />} title={t("no_read")} text={t("no_read_text")} />
      </Page>
    );
  }
  const isEmpty = list.rows?.length === 0 && wanted === "";
  return (
    <Page>
      <PageHeader title={t("title")} text={t("intro")} />
      <DropZone onFiles={(files) => sendings.add(slug, files)} />
      <SendingList queue={queue} onStop={(key) => sendings.stop(key)} onAgain={(key) => sendings.again(key)} onForget={(key) => sendings.forget(key)} onOpen={open} />
      <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />
      {!list.rows && !list.error && <ListSkeleton text={t("loading")} />}
      {isEmpty && <EmptyState icon={<FileText />} title={t("empty")} text={t("empty_text")} />}
      {!isEmpty && list.rows && <TextField type="search" label={t("search")} value={typed} onChange={(event) => setTyped(event.target.value)} sx={{ maxWidth: 360, mb: 2 }} />}
      {list.rows?.length === 0 && wanted !== "" && <EmptyState title={t("nothing_found", { text: wanted })} />}
      {list.rows && list.rows.length > 0 && <Table rows={list.rows} sort={sort} onSort={setSort} onMore={list.more} isLoadingMore={list.isLoadingMore} onOpen={open} />}
      {upload && <FileDrawer key={upload} id={upload} onClose={() => open(undefined)} />}
    </Page>
  );
}

interface TableProps {
  rows: Upload[];
  sort: string;
  onSort: (sort: string) => void;
  onMore: () => void;
  isLoadingMore: boolean;
  onOpen: (id: string) => void;
}

function Table({ rows, sort, onSort, onMore, isLoadingMore, onOpen }: TableProps) {
  const { t } = useTranslation("files");
  const { slug } = useWorkspace();
  const remove = useRemove();
  const columns: Column<Upload>[] = [
    {
      key: "name",
      title: t("name"),
      sort: "name",
      cell: (one) => (
        <Box sx={{ display: "flex", gap: 1, alignItems: "center" }}>
          <Box aria-hidden sx={{ color: "primary.main", display: "inline-flex" }}><FileText size={17} /></Box>
          <TextLink to="/w/$workspace/files" params={{ workspace: slug }} search={{ upload: one.id }} sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>{one.name}</TextLink>
        </Box>
      ),
    },
    { key: "size", title: t("size"), sort: "size", right: true, cell: (one) => formatBytes(one.size) },
    { key: "created", title: t("uploaded"), sort: "created", wide: true, cell: (one) => <TimeText at={one.created_at} /> },
    {
      key: "do",
      title: <OnlyRead>{t("common:deeds")}</OnlyRead>,
      right: true,
      cell: (one) => (
        <Box sx={{ whiteSpace: "nowrap" }}>
          <Tooltip title={t("download")}><IconButton size="small" component="a" href={contentUrl(slug, one.id)} download={one.name} aria-label={t("download_one", { name: one.name })}><Download size={16} /></IconButton></Tooltip>
          <Tooltip title={t("common:delete")}><IconButton size="small" aria-label={t("delete_one", { name: one.name })} onClick={() => void remove(one)}><Trash2 size={16} /></IconButton></Tooltip>
        </Box>
      ),
    },
  ];
  return <DataTable label={t("title")} columns={columns} rows={rows} rowKey={(one) => one.id} onOpen={(one) => onOpen(one.id)} sort={sort} onSort={onSort} onMore={onMore} isLoadingMore={isLoadingMore} />;
}

function useRemove() {
  const { t } = useTranslation("files");
  const { slug } = useWorkspace();
  const confirm = useConfirm();
  const toasts = useToasts();
  const remove = useMutation({
    mutationFn: (one: Upload) => removeUpload(slug, one.id),
    onSuccess: (_, one) => {
      toasts.done(t("deleted", { name: one.name }));
      return queries.invalidateQueries({ queryKey: ["uploads"] });
    },
    onError: (error) => toasts.failed(error),
  });
  return async (one: Upload) => {
    try {
      const { used_by: uses } = await queries.fetchQuery({ ...uploadQuery(slug, one.id), staleTime: 0 });
      const text = uses.length === 0 ? t("delete_text") : t("delete_used", { count: uses.length, names: uses.slice(0, 8).map((use) => use.name).join(", ") });
      if (await confirm({ title: t("delete_title", { name: one.name }), text, deed: t("common:delete"), destroys: true })) remove.mutate(one);
    } catch (error) {
      toasts.failed(error);
    }
  };
}
