import { useMutation } from "@tanstack/react-query";
import { type Api, client } from "@/api/client";
import { ahead, changeItems } from "./ahead";

type Notice = Api<"NoticeView">;

/** What is shown under a key of notices once one of them, or all (null), was read. */
export function afterReading(shown: unknown, id: string | null, [, , which = ""]: readonly unknown[]): unknown {
  if (typeof shown === "object" && shown !== null && "unread" in shown) return { ...shown, unread: id === null ? 0 : Math.max(0, Number(shown.unread) - 1) };
  const isMeant = (notice: Notice) => id === null || notice.id === id;
  // Lists of what nobody has read lose it; the others show that it was.
  return changeItems<Notice>(shown, (notice) => (!isMeant(notice) ? notice : which === "unread" ? null : { ...notice, read_at: notice.read_at ?? new Date().toISOString() }));
}

/** Marks notices as read, one or all. */
export function useReadNotices(failed: (error: unknown) => void) {
  const { mutate } = useMutation({
    mutationFn: (id: string | null) => (id === null ? client.POST("/api/v1/account/notices/read", { body: {} }) : client.POST("/api/v1/account/notices/{notice}/read", { params: { path: { notice: id } } })),
    ...ahead<string | null>({ keys: [["notices"]], change: afterReading, failed }),
  });
  return { read: (id: string) => mutate(id), readAll: () => mutate(null) };
}
