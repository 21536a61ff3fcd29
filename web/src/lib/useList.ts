import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback } from "react";

interface Items<T> {
  items: T[];
  next?: string | null;
}

/** A list of the server that is read page by page, all pages so far as one. */
export function useList<T>(key: readonly unknown[], read: (after: string | undefined) => Promise<Items<T>>, enabled = true) {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    enabled,
  });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return { rows: query.data?.pages.flatMap((page) => page.items), error: query.error, refetch: query.refetch, more, hasMore: hasNextPage, isLoadingMore: isFetchingNextPage, isFetching: query.isFetching };
}
