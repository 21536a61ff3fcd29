import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useState } from "react";

/** From here on only the rows in view are drawn. */
const MANY = 60;

interface Drawn {
  index: number;
  /** Pixels of rows before it that are not drawn. */
  before: number;
}

interface Options {
  count: number;
  /** What scrolls. */
  box: RefObject<HTMLElement | null>;
  /** About how high a row is, in pixels. */
  height: number;
  /** A row that is drawn as long as this one is the first in view: the head of its group. */
  head?: (first: number) => number;
}

/** Which rows of a long list are drawn: those in view, and the one with the focus, which would lose it. */
export function useDrawnRows({ count, box, height, head }: Options) {
  const [kept, setKept] = useState(-1);
  const isLong = count > MANY;
  const rangeExtractor = useCallback(
    (range: Range) => {
      const more = [kept, head?.(range.startIndex) ?? -1].filter((index) => index >= 0 && index < range.count);
      return [...new Set([...defaultRangeExtractor(range), ...more])].sort((a, b) => a - b);
    },
    [kept, head],
  );
  const virtual = useVirtualizer({ count, getScrollElement: () => box.current, estimateSize: () => height, overscan: 12, enabled: isLong, rangeExtractor });
  const items = virtual.getVirtualItems();
  const rows = isLong ? items.map<Drawn>((item, at) => ({ index: item.index, before: Math.round(item.start - (items[at - 1]?.end ?? 0)) })) : Array.from({ length: count }, (_, index): Drawn => ({ index, before: 0 }));
  return {
    rows,
    /** Pixels of rows after the last one that is drawn. */
    after: isLong ? virtual.getTotalSize() - (items.at(-1)?.end ?? 0) : 0,
    /** For every row, beside `data-index`: how high it really is. */
    measure: isLong ? virtual.measureElement : undefined,
    /** Keeps a row drawn, wherever one scrolls. */
    keep: setKept,
    scrollTo: virtual.scrollToIndex,
  };
}
