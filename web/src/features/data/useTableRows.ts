import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { MOST_ROWS, readRows, type Settings } from "@/lib/streams";
import { ask, type Table } from "./ask";
import { type Condition, rowsQuery } from "./sql";

const PAGE = 200;

/** Rows of a table as they were asked for, page by page where they have an order. */
export function useTableRows(table: Table, where: Condition[], sort: string | undefined) {
  const { slug, connection, stream } = table;
  // Without an order, the second page might show rows of the first again: then there is only one, a long one.
  const hasOrder = stream.primary_key.length > 0 || sort !== undefined;
  const isPlain = !hasOrder && where.length === 0;
  const size = hasOrder ? PAGE : MOST_ROWS;
  const query = useInfiniteQuery({
    queryKey: ["rows", slug, connection, stream.settings, where, sort],
    queryFn: ({ pageParam, signal }) => {
      if (isPlain) return readRows(slug, connection, stream.settings as Settings, size, signal);
      // One more than wanted tells whether there are more.
      return ask(table, rowsQuery(stream, table.way, { where, sort, limit: size + 1, offset: pageParam }), size, signal);
    },
    initialPageParam: 0,
    getNextPageParam: (page, all) => (hasOrder && page.more ? all.reduce((sum, one) => sum + one.rows.length, 0) : undefined),
    // The head of the table stays for whoever sorts and filters in it.
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    refetchOnWindowFocus: false,
    retry: false,
  });
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage, isFetchNextPageError, isPlaceholderData } = query;
  const rows = useMemo(() => data?.pages.flatMap((page) => page.rows as unknown[][]), [data]);
  const more = useCallback(() => {
    if (hasNextPage && !isPlaceholderData && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isPlaceholderData, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  return { rows, columns: data?.pages[0]?.columns, hasMore: data?.pages.at(-1)?.more ?? false, canPage: hasOrder, more, query };
}
