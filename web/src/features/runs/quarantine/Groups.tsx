import Box from "@mui/material/Box";
import ListItemButton from "@mui/material/ListItemButton";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { Marked } from "@/components/Marked";
import { formatNumber } from "@/lib/format";
import { sayOpen } from "@/lib/sayings";
import type { Merged } from "./merge";

interface Props {
  groups: Merged[];
  node: string | undefined;
  search: string;
  onChoose: (which: { node?: string; search?: string }) => void;
  isChoice: boolean;
}

/** Why rows are here, the most frequent reason first. A click shows its rows. */
export function Groups({ groups, node, search, onChoose, isChoice }: Props) {
  const { t } = useTranslation("runs");
  const most = Math.max(...groups.map((group) => group.rows), 1);
  return (
    <Paper variant="outlined" role="group" aria-label={t("quarantine.reasons")} sx={{ maxHeight: 320, overflow: "auto" }}>
      {groups.map((group) => {
        const isChosen = node === group.node && search === group.search;
        return (
          <ListItemButton key={group.node + (group.column ?? "") + group.reason} disabled={!isChoice} selected={isChosen} aria-pressed={isChosen} onClick={() => onChoose(isChosen ? {} : { node: group.node, search: group.search })} sx={{ display: "flex", gap: 2, alignItems: "flex-start", borderBottom: 1, borderColor: "divider", "&:last-of-type": { borderBottom: 0 }, "&.Mui-disabled": { opacity: 1 } }}>
            <Box sx={{ width: { xs: 56, sm: 84 }, flexShrink: 0, textAlign: "right" }}>
              <Typography sx={{ fontWeight: 650 }}>{formatNumber(group.rows)}</Typography>
              <Box aria-hidden sx={{ height: 4, borderRadius: 1, bgcolor: "quarantine.main", ml: "auto", minWidth: 2 }} style={{ width: `${(group.rows / most) * 100}%` }} />
            </Box>
            <Box sx={{ minWidth: 0 }}>
              <Typography sx={{ overflowWrap: "anywhere" }}><Marked text={sayOpen(group.reason)} /></Typography>
              <Typography variant="body2" color="textSecondary">
                {group.node}
                {group.column && ` · ${t("quarantine.column", { column: group.column })}`}
                {group.open < group.rows && ` · ${group.open === 0 ? t("quarantine.none_open") : t("quarantine.still_open", { count: group.open, rows: formatNumber(group.open) })}`}
                {group.reasons > 1 && ` · ${t("quarantine.values", { count: group.reasons })}`}
              </Typography>
            </Box>
          </ListItemButton>
        );
      })}
    </Paper>
  );
}
