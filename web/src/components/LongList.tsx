import Box from "@mui/material/Box";
import type { SxProps } from "@mui/material/styles";
import { type Key, type ReactNode, useEffect, useRef } from "react";
import { useDrawnRows } from "@/lib/useDrawnRows";
import { useLatest } from "@/lib/useLatest";

interface Props<T> {
  items: T[];
  itemKey: (item: T) => Key;
  /** About how high an item is, in pixels. */
  itemHeight: number;
  label: string;
  role?: "region" | "navigation";
  /** How the box looks that scrolls; it has a height that it does not outgrow. */
  sx: SxProps;
  /** The item that is to be seen first. */
  first?: number;
  /** Which item is the head of another one; heads stay at the top while something of theirs is in view. */
  head?: (index: number) => number;
  isHead?: (item: T) => boolean;
  children: (item: T) => ReactNode;
}

/** A list of which, when it is long, only what is in view is drawn. */
export function LongList<T>({ items, itemKey, itemHeight, label, role = "region", sx, first = -1, head, isHead, children }: Props<T>) {
  const box = useRef<HTMLDivElement>(null);
  const { rows, after, measure, keep, scrollTo } = useDrawnRows({ count: items.length, box, height: itemHeight, head });
  const latest = useLatest({ scrollTo });
  useEffect(() => {
    if (first >= 0) latest.current.scrollTo(first, { align: "center" });
    // Only when it begins: nobody is carried off while scrolling.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  return (
    <Box ref={box} role={role} aria-label={label} tabIndex={0} sx={{ overflow: "auto", ...(sx as object) }}>
      <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0 }}>
        {rows.flatMap(({ index, before }) => {
          const item = items[index];
          if (item === undefined) return [];
          const key = itemKey(item);
          return [
            before > 0 && <li key={`before ${key}`} aria-hidden style={{ height: before }} />,
            <Box component="li" key={key} ref={measure} data-index={index} aria-setsize={items.length} aria-posinset={index + 1} onFocus={() => keep(index)} sx={isHead?.(item) ? { position: "sticky", top: 0, zIndex: 1, bgcolor: "background.paper" } : undefined}>{children(item)}</Box>,
          ];
        })}
        {after > 0 && <li aria-hidden style={{ height: after }} />}
      </Box>
    </Box>
  );
}
