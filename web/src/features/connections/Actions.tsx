import Button from "@mui/material/Button";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Copy, Table2, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/query";
import { useConfirm } from "@/components/Confirm";
import { LinkButton } from "@/components/links";
import { useToasts } from "@/components/Toasts";
import { useMayOn } from "@/lib/grants";
import { useWorkspace } from "@/lib/workspace";
import { type ConnectionView, removeConnection } from "./api";

/** What can be done with a connection as a whole. */
export function Actions({ connection }: { connection: ConnectionView }) {
  const { t } = useTranslation("connections");
  const { slug, may: mayHere } = useWorkspace();
  const { may } = useMayOn(connection.id);
  const navigate = useNavigate();
  const confirm = useConfirm();
  const toasts = useToasts();
  const remove = useMutation({
    mutationFn: () => removeConnection(slug, connection.id),
    onSuccess: async () => {
      toasts.done(t("removed", { name: connection.name }));
      await navigate({ to: "/w/$workspace/connections", params: { workspace: slug }, search: {}, ignoreBlocker: true });
      queries.removeQueries({ queryKey: ["connections", slug, "one", connection.name] });
      void queries.invalidateQueries({ queryKey: ["connections"] });
    },
    onError: (error) => toasts.failed(error),
  });
  const ask = async () => {
    if (connection.used_by.length > 0) {
      // The server refuses it; say where it is used before.
      const text = (
        <>
          {t("remove_used", { count: connection.used_by.length })}
          <ul>{connection.used_by.slice(0, 8).map((use) => <li key={use.id}>{use.name}</li>)}</ul>
        </>
      );
      if (await confirm({ title: t("remove_refused", { name: connection.name }), text, deed: t("show_uses") })) await navigate({ to: ".", search: { tab: "uses" } });
      return;
    }
    if (await confirm({ title: t("remove_title", { name: connection.name }), text: t("remove_text"), deed: t("remove"), destroys: true })) remove.mutate();
  };
  if (!may("editor")) return null;
  return (
    <>
      <LinkButton to="/w/$workspace/data" params={{ workspace: slug }} search={{ connection: connection.name }} startIcon={<Table2 size={16} />}>{t("open_data")}</LinkButton>
      {mayHere("editor") && <LinkButton to="/w/$workspace/connections/new" params={{ workspace: slug }} search={{ like: connection.name }} startIcon={<Copy size={16} />}>{t("duplicate")}</LinkButton>}
      <Button color="error" startIcon={<Trash2 size={16} />} loading={remove.isPending} loadingPosition="start" onClick={() => void ask()}>{t("remove")}</Button>
    </>
  );
}
