import Box from "@mui/material/Box";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import TableSortLabel from "@mui/material/TableSortLabel";
import { type MouseEvent, type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useDrawnRows } from "@/lib/useDrawnRows";

export interface Column<T> {
  key: string;
  title: ReactNode;
  cell: (row: T) => ReactNode;
  /** Numbers stand on the right. */
  right?: boolean;
  /** Left out on narrow screens. */
  wide?: boolean;
  /** Where there is room for every column. */
  width?: number | string;
  /** The name by which the server sorts. */
  sort?: string;
}

interface Props<T> {
  label: string;
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => string;
  onOpen?: (row: T) => void;
  /** What is sorted by: a name, with `-` before it for the other way round. */
  sort?: string;
  onSort?: (sort: string) => void;
  /** Asks for more rows when the end comes into view. */
  onMore?: () => void;
  isLoadingMore?: boolean;
  height?: number | string;
}

const ROW = 45;

/** A list as a table. Long ones are drawn in part and read on as one scrolls. */
export function DataTable<T>({ label, columns, rows, rowKey, onOpen, sort, onSort, onMore, isLoadingMore, height = "min(70vh, 900px)" }: Props<T>) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const drawn = useDrawnRows({ count: rows.length, box, height: ROW });
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const mark = end.current;
    if (!onMore || !mark) return undefined;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && onMore(), { root: box.current, rootMargin: "400px" });
    observer.observe(mark);
    return () => observer.disconnect();
  }, [onMore, rows.length]);
  return (
    <TableContainer ref={box} tabIndex={0} role="region" aria-label={label} sx={{ maxHeight: height, border: 1, borderColor: "divider", borderRadius: 1, bgcolor: "background.paper" }}>
      <Table size="small" stickyHeader aria-rowcount={rows.length}>
        <TableHead>
          <TableRow>
            {columns.map((column) => (
              <TableCell key={column.key} component={column.title === "" ? "td" : "th"} align={column.right ? "right" : "left"} sx={{ width: { md: column.width }, whiteSpace: { sm: "nowrap" }, bgcolor: "background.paper", ...(column.wide && { display: { xs: "none", md: "table-cell" } }) }} sortDirection={column.sort && sort?.replace("-", "") === column.sort ? (sort.startsWith("-") ? "desc" : "asc") : false}>
                {column.sort && onSort ? (
                  <TableSortLabel hideSortIcon active={sort?.replace("-", "") === column.sort} direction={sort?.startsWith("-") ? "desc" : "asc"} onClick={() => onSort(sort === column.sort ? `-${column.sort}` : (column.sort ?? ""))}>{column.title}</TableSortLabel>
                ) : (
                  column.title
                )}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {drawn.rows.flatMap(({ index, before }) => {
            const row = rows[index];
            if (row === undefined) return [];
            return [
              before > 0 && <tr key={`before ${index}`} aria-hidden style={{ height: before }} />,
              <TableRow
                key={rowKey(row)}
                hover={onOpen !== undefined}
                ref={drawn.measure}
                data-index={index}
                aria-rowindex={index + 2}
                onFocus={() => drawn.keep(index)}
                onClick={onOpen && ((event: MouseEvent) => { if (!(event.target as HTMLElement).closest("a,button,input")) onOpen(row); })}
                sx={{ height: ROW, cursor: onOpen ? "pointer" : undefined, "&:last-child td": { borderBottom: 0 } }}
              >
                {columns.map((column) => (
                  <TableCell key={column.key} align={column.right ? "right" : "left"} sx={column.wide ? { display: { xs: "none", md: "table-cell" } } : undefined}>{column.cell(row)}</TableCell>
                ))}
              </TableRow>,
            ];
          })}
          {drawn.after > 0 && <tr aria-hidden style={{ height: drawn.after }} />}
        </TableBody>
      </Table>
      <div ref={end} />
      {isLoadingMore && <Box role="status" sx={{ p: 1.5, textAlign: "center", color: "text.secondary" }}>{t("loading_more")}</Box>}
    </TableContainer>
  );
}
