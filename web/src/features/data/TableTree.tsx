import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import ListItemButton from "@mui/material/ListItemButton";
import TextField from "@mui/material/TextField";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { ChevronDown, ChevronRight, RotateCw } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { LongList } from "@/components/LongList";
import { formatShort } from "@/lib/format";
import type { Stream } from "@/lib/streams";
import { groupsOf, headsOf, type Line, linesOf } from "./tree";

interface Props {
  streams: Stream[];
  chosen: string | undefined;
  onChoose: (name: string) => void;
  isReading: boolean;
  onRead: () => void;
}

const keyOf = (line: Line) => ("stream" in line ? line.stream.name : `group ${line.group}`);
const isHead = (line: Line) => !("stream" in line);

/** What a connection holds, to choose from. */
export function TableTree({ streams, chosen, onChoose, isReading, onRead }: Props) {
  const { t } = useTranslation("data");
  const [search, setSearch] = useState("");
  const [open, setOpen] = useState(chosen === undefined);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const lines = useMemo(() => linesOf(groupsOf(streams, search), closed), [streams, search, closed]);
  const head = useMemo(() => headsOf(lines), [lines]);
  const toggle = (group: string) => setClosed((was) => new Set(was.has(group) ? [...was].filter((one) => one !== group) : [...was, group]));
  if (streams.length === 0) return <Typography color="textSecondary">{t("no_tables")}</Typography>;
  return (
    <>
      <Button fullWidth variant="outlined" onClick={() => setOpen(!open)} aria-expanded={open} sx={{ display: { md: "none" }, mb: 1, justifyContent: "space-between" }} endIcon={open ? <ChevronDown size={16} /> : <ChevronRight size={16} />}>{chosen ?? t("choose_table")}</Button>
      <Box sx={{ display: { xs: open ? "block" : "none", md: "block" } }}>
        <Box sx={{ display: "flex", gap: 0.5, alignItems: "center", mb: 1 }}>
          <TextField type="search" label={t("search_tables")} value={search} onChange={(event) => setSearch(event.target.value)} />
          <Tooltip title={t("read_again")}><span><IconButton aria-label={t("read_again")} disabled={isReading} onClick={onRead}><RotateCw size={16} /></IconButton></span></Tooltip>
        </Box>
        {lines.length === 0 && <Typography sx={{ p: 2, border: 1, borderColor: "divider", borderRadius: 1 }} color="textSecondary">{t("nothing_found", { text: search })}</Typography>}
        {lines.length > 0 && (
          <LongList key={search} items={lines} itemKey={keyOf} itemHeight={30} label={t("tables")} role="navigation" sx={{ maxHeight: { xs: 320, md: "calc(100vh - 290px)" }, border: 1, borderColor: "divider", borderRadius: 1, bgcolor: "background.paper" }} first={lines.findIndex((line) => "stream" in line && line.stream.name === chosen)} head={head} isHead={isHead}>
            {(line) => ("stream" in line ? <Table stream={line.stream} label={line.label} isWithin={line.isWithin} isChosen={line.stream.name === chosen} onChoose={() => { setOpen(false); onChoose(line.stream.name); }} /> : <Head name={line.group} isClosed={closed.has(line.group)} onToggle={() => toggle(line.group)} />)}
          </LongList>
        )}
      </Box>
    </>
  );
}

function Head({ name, isClosed, onToggle }: { name: string; isClosed: boolean; onToggle: () => void }) {
  return <Button fullWidth size="small" color="inherit" aria-expanded={!isClosed} onClick={onToggle} startIcon={isClosed ? <ChevronRight size={14} /> : <ChevronDown size={14} />} sx={{ px: 0.75, py: 0.75, lineHeight: 1.2, justifyContent: "flex-start", color: "text.secondary", overflowWrap: "anywhere", textAlign: "left" }}>{name}</Button>;
}

function Table({ stream, label, isWithin, isChosen, onChoose }: { stream: Stream; label: string; isWithin: boolean; isChosen: boolean; onChoose: () => void }) {
  return (
    <ListItemButton dense selected={isChosen} aria-current={isChosen ? "true" : undefined} onClick={onChoose} title={stream.name} sx={{ gap: 1, py: 0.5, pl: isWithin ? 3 : 1.5, fontSize: 14 }}>
      <Box component="span" sx={{ flex: 1, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", fontWeight: isChosen ? 650 : 400 }}>{label}</Box>
      {stream.rows != null && <Box component="span" sx={{ fontSize: 12, color: "text.secondary" }}>{formatShort(stream.rows)}</Box>}
    </ListItemButton>
  );
}
