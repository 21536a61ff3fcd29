import Button from "@mui/material/Button";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { csv, download } from "@/components/data/csv";
import { useToasts } from "@/components/Toasts";
import { formatNumber } from "@/lib/format";
import type { Table } from "./ask";
import type { Condition } from "./sql";
import { readMany } from "./useTableRows";

const MOST = 50_000;

interface Props {
  table: Table;
  where: Condition[];
  sort: string | undefined;
  columns: { name: string }[];
  rows: unknown[][];
  hasMore: boolean;
}

/** The rows as a CSV file: those that are shown, or all that fulfil the conditions, up to a limit. */
export function Export({ table, where, sort, columns, rows, hasMore }: Props) {
  const { t } = useTranslation("data");
  const toasts = useToasts();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [count, setCount] = useState(0);
  const stop = useRef<AbortController>(undefined);
  const name = `${table.stream.name.replace(/[^\w.-]+/g, "_")}.csv`;
  const many = useMutation({
    mutationFn: () => {
      stop.current = new AbortController();
      setCount(0);
      return readMany(table, where, sort, MOST, stop.current.signal, setCount);
    },
    onSuccess: (read) => {
      download(name, csv(columns, read.rows));
      toasts.done(read.more ? t("exported_part", { number: formatNumber(read.rows.length) }) : t("exported", { count: read.rows.length, number: formatNumber(read.rows.length) }));
    },
    onError: (error) => {
      if (!stop.current?.signal.aborted) toasts.failed(error);
    },
  });
  if (many.isPending) return <Button size="small" onClick={() => stop.current?.abort()}>{t("exporting", { number: formatNumber(count) })}</Button>;
  const shown = () => {
    setAnchor(null);
    download(name, csv(columns, rows));
    toasts.done(t("exported", { count: rows.length, number: formatNumber(rows.length) }));
  };
  return (
    <>
      <Button size="small" startIcon={<Download size={15} />} disabled={rows.length === 0} aria-haspopup={hasMore ? "menu" : undefined} onClick={(event) => (hasMore ? setAnchor(event.currentTarget) : shown())}>{t("export")}</Button>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        <MenuItem onClick={shown}>{t("export_shown", { number: formatNumber(rows.length) })}</MenuItem>
        <MenuItem onClick={() => { setAnchor(null); many.mutate(); }}>{t("export_many", { number: formatNumber(MOST) })}</MenuItem>
      </Menu>
    </>
  );
}
