import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import List from "@mui/material/List";
import ListItemButton from "@mui/material/ListItemButton";
import ListSubheader from "@mui/material/ListSubheader";
import TextField from "@mui/material/TextField";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { ChevronDown, ChevronRight, RotateCw } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatNumber, formatShort } from "@/lib/format";
import type { Stream } from "@/lib/streams";
import { type Group, groupsOf } from "./tree";

interface Props {
  streams: Stream[];
  chosen: string | undefined;
  onChoose: (name: string) => void;
  isReading: boolean;
  onRead: () => void;
}

/** Most tables of a group that are drawn; a search finds the others. */
const MOST = 200;

/** What a connection holds, to choose from. */
export function TableTree({ streams, chosen, onChoose, isReading, onRead }: Props) {
  const { t } = useTranslation("data");
  const [search, setSearch] = useState("");
  const [open, setOpen] = useState(chosen === undefined);
  const groups = useMemo(() => groupsOf(streams, search), [streams, search]);
  if (streams.length === 0) return <Typography color="textSecondary">{t("no_tables")}</Typography>;
  return (
    <>
      <Button fullWidth variant="outlined" onClick={() => setOpen(!open)} aria-expanded={open} sx={{ display: { md: "none" }, mb: 1, justifyContent: "space-between" }} endIcon={open ? <ChevronDown size={16} /> : <ChevronRight size={16} />}>{chosen ?? t("choose_table")}</Button>
      <Box sx={{ display: { xs: open ? "block" : "none", md: "block" } }}>
        <Box sx={{ display: "flex", gap: 0.5, alignItems: "center", mb: 1 }}>
          <TextField type="search" label={t("search_tables")} value={search} onChange={(event) => setSearch(event.target.value)} />
          <Tooltip title={t("read_again")}><span><IconButton aria-label={t("read_again")} disabled={isReading} onClick={onRead}><RotateCw size={16} /></IconButton></span></Tooltip>
        </Box>
        <Box component="nav" aria-label={t("tables")} tabIndex={0} sx={{ maxHeight: { xs: 320, md: "calc(100vh - 290px)" }, overflow: "auto", border: 1, borderColor: "divider", borderRadius: 1, bgcolor: "background.paper" }}>
          {groups.length === 0 && <Typography sx={{ p: 2 }} color="textSecondary">{t("nothing_found", { text: search })}</Typography>}
          {groups.map((group) => <Branch key={group.name} group={group} isAlone={groups.length === 1} chosen={chosen} onChoose={(name) => { setOpen(false); onChoose(name); }} />)}
        </Box>
      </Box>
    </>
  );
}

function Branch({ group, isAlone, chosen, onChoose }: { group: Group; isAlone: boolean; chosen: string | undefined; onChoose: (name: string) => void }) {
  const { t } = useTranslation("data");
  const [closed, setClosed] = useState(false);
  const hidden = group.streams.length - MOST;
  return (
    <List
      dense
      disablePadding
      subheader={
        group.name && !isAlone ? (
          <ListSubheader sx={{ px: 0.5, lineHeight: 1, bgcolor: "background.paper" }}>
            <Button fullWidth size="small" color="inherit" aria-expanded={!closed} onClick={() => setClosed(!closed)} startIcon={closed ? <ChevronRight size={14} /> : <ChevronDown size={14} />} sx={{ justifyContent: "flex-start", color: "text.secondary", overflowWrap: "anywhere", textAlign: "left" }}>{group.name}</Button>
          </ListSubheader>
        ) : undefined
      }
    >
      {!closed &&
        group.streams.slice(0, MOST).map(({ stream, label }) => (
          <li key={stream.name}>
            <ListItemButton selected={stream.name === chosen} aria-current={stream.name === chosen ? "true" : undefined} onClick={() => onChoose(stream.name)} title={stream.name} sx={{ gap: 1, py: 0.5, pl: group.name && !isAlone ? 3 : 1.5 }}>
              <Box component="span" sx={{ flex: 1, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", fontWeight: stream.name === chosen ? 650 : 400 }}>{label}</Box>
              {stream.rows != null && <Box component="span" sx={{ fontSize: 12, color: "text.secondary" }}>{formatShort(stream.rows)}</Box>}
            </ListItemButton>
          </li>
        ))}
      {!closed && hidden > 0 && <Box component="li" sx={{ px: 2, py: 1, fontSize: 13, color: "text.secondary" }}>{t("more_tables", { number: formatNumber(hidden) })}</Box>}
    </List>
  );
}
