import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import ListItemIcon from "@mui/material/ListItemIcon";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import { ArrowDown, ArrowUp, ChartColumn, EllipsisVertical, Filter, KeyRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  column: { name: string; type: string };
  isKey: boolean;
  sort: string | undefined;
  filtered: boolean;
  onSort: (sort: string) => void;
  onFilter: () => void;
  onStatistics: () => void;
}

/** Marks in the head of a column, and what can be done with it. */
export function ColumnMenu({ column, isKey, sort, filtered, onSort, onFilter, onStatistics }: Props) {
  const { t } = useTranslation("data");
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const choose = (deed: () => void) => () => {
    setAnchor(null);
    deed();
  };
  const [isUp, isDown] = [sort === column.name, sort === `-${column.name}`];
  return (
    <Box sx={{ display: "flex", alignItems: "center", gap: 0.25, pl: 0.5, mr: -0.75, color: "primary.main" }}>
      {isKey && <KeyRound size={13} role="img" aria-label={t("is_key")} />}
      {filtered && <Filter size={13} role="img" aria-label={t("is_filtered")} />}
      {isUp && <ArrowUp size={14} role="img" aria-label={t("is_ascending")} />}
      {isDown && <ArrowDown size={14} role="img" aria-label={t("is_descending")} />}
      <IconButton size="small" sx={{ p: 0.25 }} aria-haspopup="menu" aria-expanded={anchor !== null} aria-label={t("column_menu", { name: column.name })} onClick={(event) => setAnchor(event.currentTarget)}><EllipsisVertical size={15} /></IconButton>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        <MenuItem selected={isUp} onClick={choose(() => onSort(column.name))}><ListItemIcon><ArrowUp size={16} /></ListItemIcon>{t("sort_up")}</MenuItem>
        <MenuItem selected={isDown} onClick={choose(() => onSort(`-${column.name}`))}><ListItemIcon><ArrowDown size={16} /></ListItemIcon>{t("sort_down")}</MenuItem>
        <MenuItem onClick={choose(onFilter)}><ListItemIcon><Filter size={16} /></ListItemIcon>{t("filter_column")}</MenuItem>
        <MenuItem onClick={choose(onStatistics)}><ListItemIcon><ChartColumn size={16} /></ListItemIcon>{t("statistics")}</MenuItem>
      </Menu>
    </Box>
  );
}
