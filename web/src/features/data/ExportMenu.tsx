import Button from "@mui/material/Button";
import Divider from "@mui/material/Divider";
import ListItemText from "@mui/material/ListItemText";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import Typography from "@mui/material/Typography";
import { ChevronDown, Download } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { csv, download } from "@/components/data/csv";
import { formatNumber } from "@/lib/format";
import { type Format, FORMATS } from "@/lib/streams";

/** Most rows of a file; Excel takes a little more. */
const MOST = 1_000_000;

interface Props {
  name: string;
  /** Where the file is fetched. */
  urlOf: (format: Format) => string;
  /** What is on the page. */
  columns: { name: string }[];
  rows: unknown[][];
  hasMore: boolean;
}

/** Rows as a file: all of them, written by the server as they are read; or those on the page. */
export function ExportMenu({ name, urlOf, columns, rows, hasMore }: Props) {
  const { t } = useTranslation("data");
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const close = () => setAnchor(null);
  return (
    <>
      <Button size="small" startIcon={<Download size={15} />} endIcon={<ChevronDown size={14} />} disabled={rows.length === 0} aria-haspopup="menu" aria-expanded={anchor !== null} onClick={(event) => setAnchor(event.currentTarget)}>{t("export")}</Button>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={close}>
        <Typography component="li" role="presentation" variant="caption" color="textSecondary" sx={{ px: 2, pb: 0.5, display: "block" }}>{t("export_all", { number: formatNumber(MOST) })}</Typography>
        {FORMATS.map((format) => (
          <MenuItem key={format} component="a" href={urlOf(format)} download={`${name}.${format}`} onClick={close}>
            <ListItemText primary={t(`format.${format}.name`)} secondary={t(`format.${format}.text`)} />
          </MenuItem>
        ))}
        {hasMore && <Divider />}
        {hasMore && <MenuItem onClick={() => { close(); download(`${name}.csv`, csv(columns, rows)); }}>{t("export_shown", { number: formatNumber(rows.length) })}</MenuItem>}
      </Menu>
    </>
  );
}
