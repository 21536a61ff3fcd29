import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import InputAdornment from "@mui/material/InputAdornment";
import TextField from "@mui/material/TextField";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import Typography from "@mui/material/Typography";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { FileUp, Plus, Search, Workflow } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { body, client } from "@/api/client";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { LinkButton, TextLink } from "@/components/links";
import { OnlyRead } from "@/components/OnlyRead";
import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { ProblemAlert } from "@/components/ProblemAlert";
import { TimeText } from "@/components/TimeText";
import { ListSkeleton } from "@/components/Waiting";
import { useList } from "@/lib/useList";
import { useDebounced } from "@/lib/useDebounced";
import { useWorkspace } from "@/lib/workspace";
import { LastRun } from "./list/LastRun";
import { RowActions } from "./list/RowActions";
import { useImport } from "./list/useImport";
import type { Pipeline } from "./requests";

/** Every pipeline of the workspace: how it stands, when it runs next, what can be done. */
export function PipelinesPage() {
  const { t } = useTranslation("pipelines");
  const { slug, may } = useWorkspace();
  const navigate = useNavigate();
  const { search = "", archived = false, tag } = useSearch({ strict: false });
  const [sort, setSort] = useState("name");
  const settled = useDebounced(search, 250);
  const file = useRef<HTMLInputElement>(null);
  const importing = useImport(slug);
  const mayEdit = may("editor");
  const set = (next: { search?: string; archived?: boolean; tag?: string }) => void navigate({ to: ".", search: (old) => ({ ...old, ...next }), replace: true });
  const list = useList(["pipelines", slug, "list", settled, archived, tag, sort], (after) => body(client.GET("/api/v1/workspaces/{workspace}/pipelines", { params: { path: { workspace: slug }, query: { search: settled || undefined, archived, tag, sort: sort as "name", after, limit: 100 } } })));
  const tags = [...new Set((list.rows ?? []).flatMap((one) => one.tags))].sort();

  const columns: Column<Pipeline>[] = [
    {
      key: "name",
      title: t("name"),
      sort: "name",
      cell: (one) => (
        <Box sx={{ py: 0.5 }}>
          <TextLink to="/w/$workspace/pipelines/$pipeline" params={{ workspace: slug, pipeline: one.name }} sx={{ fontWeight: 600, color: "text.primary" }}>{one.name}</TextLink>
          {one.tags.map((word) => <Chip key={word} size="small" variant="outlined" label={word} onClick={() => set({ tag: word })} sx={{ ml: 1, height: 20 }} />)}
          {one.description && <Typography variant="body2" color="textSecondary" sx={{ maxWidth: 560, display: "-webkit-box", WebkitLineClamp: 2, WebkitBoxOrient: "vertical", overflow: "hidden" }}>{one.description}</Typography>}
        </Box>
      ),
    },
    { key: "run", title: t("last_run"), width: 210, cell: (one) => <LastRun slug={slug} run={one.last_run} /> },
    { key: "next", title: t("next_run"), width: 150, wide: true, cell: (one) => (one.next_at ? <TimeText at={one.next_at} /> : <Box component="span" sx={{ color: "text.secondary" }}>{t("no_schedule")}</Box>) },
    { key: "updated", title: t("changed_at"), width: 150, wide: true, sort: "updated", cell: (one) => <TimeText at={one.updated_at} /> },
    { key: "actions", title: <OnlyRead>{t("more_actions")}</OnlyRead>, width: 96, right: true, cell: (one) => <RowActions slug={slug} pipeline={one} tags={tags} /> },
  ];
  const isFiltered = settled !== "" || tag !== undefined || archived;
  return (
    <Page>
      <Box onDragOver={(event) => { if (mayEdit && event.dataTransfer.types.includes("Files")) { event.preventDefault(); importing.setIsOver(true); } }} onDragLeave={() => importing.setIsOver(false)} onDrop={(event) => { if (!mayEdit) return; event.preventDefault(); importing.setIsOver(false); void importing.take([...event.dataTransfer.files]); }} sx={{ minHeight: "70vh", borderRadius: 2, outline: importing.isOver ? "2px dashed var(--mui-palette-primary-main)" : undefined, outlineOffset: 8 }}>
        <PageHeader
          title={t("title")}
          text={t("list_text")}
          actions={mayEdit && (
            <>
              <Button variant="outlined" startIcon={<FileUp size={16} />} onClick={() => file.current?.click()}>{t("import")}</Button>
              <input ref={file} type="file" accept=".yaml,.yml,.json" multiple hidden onChange={(event) => { void importing.take([...(event.target.files ?? [])]); event.target.value = ""; }} />
              <LinkButton to="/w/$workspace/pipelines/new" params={{ workspace: slug }} variant="contained" startIcon={<Plus size={16} />}>{t("new")}</LinkButton>
            </>
          )}
        />
        {importing.error !== undefined && <ProblemAlert error={importing.error} onClose={importing.forget} />}
        <Box sx={{ display: "flex", gap: 1.5, mb: 2, flexWrap: "wrap", alignItems: "center" }}>
          <TextField value={search} onChange={(event) => set({ search: event.target.value || undefined })} placeholder={t("list_search")} sx={{ maxWidth: { sm: 340 } }} slotProps={{ htmlInput: { "aria-label": t("list_search"), type: "search" }, input: { startAdornment: <InputAdornment position="start"><Search size={16} aria-hidden /></InputAdornment> } }} />
          <ToggleButtonGroup exclusive size="small" value={archived ? "archived" : "used"} aria-label={t("list_which")} onChange={(_, to: string | null) => to && set({ archived: to === "archived" || undefined })}>
            <ToggleButton value="used" sx={{ px: 1.5, color: "text.secondary" }}>{t("list_used")}</ToggleButton>
            <ToggleButton value="archived" sx={{ px: 1.5, color: "text.secondary" }}>{t("list_archived")}</ToggleButton>
          </ToggleButtonGroup>
          {(tag ? [tag] : tags).map((word) => <Chip key={word} label={word} variant={tag === word ? "filled" : "outlined"} onClick={tag ? undefined : () => set({ tag: word })} onDelete={tag === word ? () => set({ tag: undefined }) : undefined} />)}
        </Box>
        <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />
        {!list.rows && !list.error && <ListSkeleton text={t("list_loading")} />}
        {list.rows && list.rows.length > 0 && <DataTable label={t("title")} columns={columns} rows={list.rows} rowKey={(one) => one.id} onOpen={(one) => void navigate({ to: "/w/$workspace/pipelines/$pipeline", params: { workspace: slug, pipeline: one.name } })} sort={sort} onSort={setSort} onMore={list.more} isLoadingMore={list.isLoadingMore} />}
        {list.rows?.length === 0 && (isFiltered ? (
          <EmptyState icon={<Search />} title={archived && !settled && !tag ? t("list_no_archived") : t("list_nothing")} action={<Button variant="outlined" onClick={() => set({ search: undefined, tag: undefined, archived: undefined })}>{t("list_all")}</Button>} />
        ) : (
          <EmptyState icon={<Workflow />} title={t("list_empty")} text={t("list_empty_text")} action={mayEdit && <LinkButton to="/w/$workspace/pipelines/new" params={{ workspace: slug }} variant="contained" startIcon={<Plus size={16} />}>{t("new")}</LinkButton>} />
        ))}
      </Box>
    </Page>
  );
}
