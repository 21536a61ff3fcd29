import Button from "@mui/material/Button";
import { useMutation } from "@tanstack/react-query";
import { Activity } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import { queries } from "@/api/query";
import { useToasts } from "@/components/Toasts";
import { formatDuration } from "@/lib/format";
import { useWorkspace } from "@/lib/workspace";
import { type Connection, testConnection } from "./api";

/** Tests one of a list; its row then says how it went. */
export function TestButton({ connection }: { connection: Connection }) {
  const { t } = useTranslation("connections");
  const { slug } = useWorkspace();
  const toasts = useToasts();
  const test = useMutation({
    mutationFn: () => testConnection(slug, connection.id),
    onSuccess: (tested) => {
      void queries.invalidateQueries({ queryKey: ["connections", slug] });
      if (tested.ok) toasts.done(t("test.worked", { name: connection.name, time: formatDuration(tested.milliseconds / 1000) }));
      else toasts.failed(new Problem(502, { code: "other_system", detail: tested.message ?? t("test.fails"), hint: tested.hint }));
    },
    onError: (error) => toasts.failed(error),
  });
  return <Button size="small" startIcon={<Activity size={15} />} loading={test.isPending} loadingPosition="start" onClick={() => test.mutate()} aria-label={t("test.one", { name: connection.name })}>{t("test.do")}</Button>;
}
