import Box from "@mui/material/Box";
import Dialog from "@mui/material/Dialog";
import InputBase from "@mui/material/InputBase";
import List from "@mui/material/List";
import ListItemButton from "@mui/material/ListItemButton";
import ListItemText from "@mui/material/ListItemText";
import Typography from "@mui/material/Typography";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { History, Search as SearchIcon } from "lucide-react";
import { type KeyboardEvent, useEffect, useEffectEvent, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Api, body, client } from "@/api/client";
import { OnlyRead } from "@/components/OnlyRead";
import { explain } from "@/lib/errors";
import { currentLanguage } from "@/lib/i18n";
import { useDebounced } from "@/lib/useDebounced";
import { recentHits, rememberHit } from "./recent";
import { useHits } from "./useHits";

type Hit = Api<"Hit">;
const KINDS = ["pipeline", "run", "connection", "table", "schedule", "upload", "page"] as const;
/** How far the keys go; at an end they go on at the other one. */
const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

/** Finds what is typed, and first of all shows what was chosen last. Arrow keys choose, Enter opens. */
export function SearchDialog({ workspace, onClose }: { workspace: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { nameOf, detailOf, go } = useHits(workspace);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [recent] = useState(() => recentHits(workspace));
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const q = useDebounced(text.trim(), 150);
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ["search", workspace, q, currentLanguage()],
    queryFn: () => body(client.GET("/api/v1/workspaces/{workspace}/search", { params: { path: { workspace }, query: { q, language: currentLanguage() } } })),
    enabled: q.length > 0,
    placeholderData: keepPreviousData,
  });
  const isTyped = text.trim() !== "";
  const hits: Hit[] = !isTyped ? recent : q ? (data?.items ?? []) : [];
  const isAnswered = !isTyped || error !== null || (q === text.trim() && data !== undefined && !isPlaceholderData);
  // Enter may be faster than the answer: it is meant for what was typed, not for what was found for its first letters.
  const [isEntered, setIsEntered] = useState(false);
  // Fewer may be found for a word that goes on.
  const chosen = Math.min(at, hits.length - 1);
  useEffect(() => {
    // Some browsers answer with a promise, which is no way to clean up.
    void list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const choose = (hit: Hit) => {
    rememberHit(workspace, hit);
    onClose();
    go(hit);
  };
  const chooseFirst = useEffectEvent(() => hits[0] && choose(hits[0]));
  useEffect(() => {
    if (isEntered && isAnswered) chooseFirst();
  }, [isEntered, isAnswered]);
  const keys = (event: KeyboardEvent) => {
    const hit = hits[chosen];
    const step = STEPS[event.key];
    if (step !== undefined && hits.length > 0) setAt((chosen + step + hits.length) % hits.length);
    else if (event.key === "Enter" && !isAnswered && at === 0) setIsEntered(true);
    else if (event.key === "Enter" && hit) choose(hit);
    else return;
    event.preventDefault();
  };
  const empty = error ? explain(error, t).what : isTyped && q && data ? t("search_nothing", { text: q }) : t("search_hint");
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="sm" slotProps={{ paper: { "aria-label": t("search"), "aria-labelledby": undefined } }} sx={{ "& .MuiDialog-container": { alignItems: "flex-start" } }}>
      <Box sx={{ display: "flex", alignItems: "center", gap: 1.5, px: 2, py: 1.25, borderBottom: 1, borderColor: "divider" }}>
        <SearchIcon size={18} aria-hidden />
        <InputBase
          autoFocus
          fullWidth
          placeholder={t("search_placeholder")}
          value={text}
          onChange={(event) => { setText(event.target.value); setAt(0); setIsEntered(false); }}
          onKeyDown={keys}
          inputProps={{ role: "combobox", "aria-label": t("search"), "aria-expanded": hits.length > 0, "aria-controls": id, "aria-activedescendant": hits[chosen] ? `${id}-${chosen}` : undefined }}
        />
      </Box>
      <OnlyRead><span role="status">{isTyped && data ? t("search_count", { count: hits.length }) : ""}</span></OnlyRead>
      {!isTyped && hits.length > 0 && <Typography variant="overline" component="h3" color="textSecondary" sx={{ px: 2, pt: 1, lineHeight: 1.5 }}>{t("search_recent")}</Typography>}
      <List ref={list} id={id} role="listbox" aria-label={isTyped ? t("search_results") : t("search_recent")} dense sx={{ minHeight: 80, maxHeight: "55vh", overflow: "auto" }}>
        {hits.map((hit, index) => {
          const kind = KINDS.find((one) => one === hit.kind);
          return (
            <ListItemButton key={hit.kind + hit.id} id={`${id}-${index}`} role="option" aria-selected={index === chosen} selected={index === chosen} onClick={() => choose(hit)} onMouseMove={() => setAt(index)} tabIndex={-1} sx={{ gap: 1.25 }}>
              {!isTyped && <Box component={History} size={15} aria-hidden sx={{ color: "text.secondary", flexShrink: 0 }} />}
              <ListItemText primary={nameOf(hit)} secondary={detailOf(hit)} slotProps={{ primary: { sx: { overflowWrap: "anywhere" } }, secondary: { noWrap: true } }} />
              {kind && <Typography variant="caption" color="textSecondary">{t(`kind.${kind}`)}</Typography>}
            </ListItemButton>
          );
        })}
        {hits.length === 0 && <Typography component="li" role="option" aria-selected={false} aria-disabled color="textSecondary" sx={{ px: 2, py: 1.5 }}>{empty}</Typography>}
      </List>
    </Dialog>
  );
}
