import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import InputBase from "@mui/material/InputBase";
import List from "@mui/material/List";
import ListItemButton from "@mui/material/ListItemButton";
import ListItemText from "@mui/material/ListItemText";
import Typography from "@mui/material/Typography";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Search as SearchIcon } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Api, body, client } from "@/api/client";
import { useDebounced } from "@/lib/useDebounced";

type Hit = Api<"Hit">;
const isMac = navigator.platform.startsWith("Mac");

/** Opens the search; Ctrl-K does the same anywhere. */
export function SearchButton({ workspace }: { workspace: string | undefined }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setOpen((was) => !was);
      }
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
  if (!workspace) return null;
  return (
    <>
      <Button variant="outlined" color="inherit" size="small" startIcon={<SearchIcon size={16} />} onClick={() => setOpen(true)} aria-keyshortcuts="Control+K" sx={{ color: "text.secondary", borderColor: "divider", minWidth: { xs: 36, sm: 220 }, justifyContent: "flex-start", "& .MuiButton-startIcon": { mr: { xs: 0, sm: 1 } } }}>
        <Box component="span" sx={{ flex: 1, textAlign: "left", position: { xs: "absolute", sm: "static" }, clipPath: { xs: "inset(50%)", sm: "none" } }}>{t("search")}</Box>
        <Box component="kbd" sx={{ fontSize: 11, border: 1, borderColor: "divider", borderRadius: 1, px: 0.5, display: { xs: "none", sm: "inline" } }}>{isMac ? "⌘K" : "Ctrl K"}</Box>
      </Button>
      {open && <SearchDialog workspace={workspace} onClose={() => setOpen(false)} />}
    </>
  );
}

function SearchDialog({ workspace, onClose }: { workspace: string; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useId();
  const q = useDebounced(text.trim(), 150);
  const { data } = useQuery({
    queryKey: ["search", workspace, q],
    queryFn: () => body(client.GET("/api/v1/workspaces/{workspace}/search", { params: { path: { workspace }, query: { q } } })),
    enabled: q.length > 0,
    placeholderData: keepPreviousData,
  });
  const hits: Hit[] = q ? (data?.items ?? []) : [];
  const go = (hit: Hit) => {
    onClose();
    if (hit.kind === "page") void navigate({ to: "/help/$", params: { _splat: hit.id } });
    else if (hit.kind === "upload") void navigate({ to: "/w/$workspace/files", params: { workspace } });
    else if (hit.kind === "run") void navigate({ to: "/w/$workspace/runs/$run", params: { workspace, run: hit.id } });
    else if (hit.kind === "connection") void navigate({ to: "/w/$workspace/connections/$connection", params: { workspace, connection: hit.id } });
    else if (hit.kind === "table") void navigate({ to: "/w/$workspace/data", params: { workspace }, search: { connection: hit.detail, table: hit.name } });
    else if (hit.kind === "pipeline") void navigate({ to: "/w/$workspace/pipelines/$pipeline", params: { workspace, pipeline: hit.id } });
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt((was) => Math.min(was + 1, hits.length - 1));
    else if (event.key === "ArrowUp") setAt((was) => Math.max(was - 1, 0));
    else if (event.key === "Enter" && hits[at]) go(hits[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="sm" slotProps={{ paper: { "aria-label": t("search"), "aria-labelledby": undefined } }} sx={{ "& .MuiDialog-container": { alignItems: "flex-start" } }}>
      <Box sx={{ display: "flex", alignItems: "center", gap: 1.5, px: 2, py: 1.25, borderBottom: 1, borderColor: "divider" }}>
        <SearchIcon size={18} aria-hidden />
        <InputBase
          autoFocus
          fullWidth
          placeholder={t("search_placeholder")}
          value={text}
          onChange={(event) => { setText(event.target.value); setAt(0); }}
          onKeyDown={keys}
          inputProps={{ role: "combobox", "aria-label": t("search"), "aria-expanded": hits.length > 0, "aria-controls": list, "aria-activedescendant": hits[at] ? `${list}-${at}` : undefined }}
        />
      </Box>
      <List id={list} role="listbox" aria-label={t("search_results")} dense sx={{ minHeight: 80, maxHeight: "55vh", overflow: "auto" }}>
        {hits.map((hit, index) => (
          <ListItemButton key={hit.kind + hit.id} id={`${list}-${index}`} role="option" aria-selected={index === at} selected={index === at} onClick={() => go(hit)} tabIndex={-1}>
            <ListItemText primary={hit.name} secondary={hit.detail} />
            <Typography variant="caption" color="textSecondary">{t(`kind.${hit.kind}`)}</Typography>
          </ListItemButton>
        ))}
        {hits.length === 0 && <Typography component="li" role="option" aria-selected={false} aria-disabled color="textSecondary" sx={{ px: 2, py: 1.5 }}>{q && data ? t("search_nothing", { text: q }) : t("search_hint")}</Typography>}
      </List>
    </Dialog>
  );
}
