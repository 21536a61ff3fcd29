import TextField from "@mui/material/TextField";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import { queries } from "@/api/query";
import { FormDialog } from "@/components/FormDialog";
import { useToasts } from "@/components/Toasts";
import { fieldProblem } from "@/components/fieldProblem";
import { useChanged } from "@/lib/useChanged";
import { useWorkspace } from "@/lib/workspace";
import { changeQuery, keepQuery, type Saved } from "./saved";

interface Props {
  connection: string;
  sql: string;
  /** The query that gets another name; without one, a new query is kept. */
  before?: Saved;
  onSaved: (saved: Saved) => void;
  onClose: () => void;
}

/** Keeps a query under a name, for everybody who may look into the connection. */
export function SaveDialog({ connection, sql, before, onSaved, onClose }: Props) {
  const { t } = useTranslation("data");
  const { slug } = useWorkspace();
  const toasts = useToasts();
  const [name, setName] = useState(before?.name ?? "");
  const save = useMutation({
    mutationFn: () => (before ? changeQuery(slug, connection, before, name.trim(), before.sql) : keepQuery(slug, connection, name.trim(), sql)),
    onSuccess: (saved) => {
      toasts.done(t("query_saved", { name: saved.name }));
      onSaved(saved);
      onClose();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["queries"] }),
  });
  const changed = useChanged(name);
  const isTaken = save.error instanceof Problem && save.error.code === "exists";
  const wrong = isTaken ? t("query_taken") : fieldProblem(save.error, "/name");
  return (
    <FormDialog title={before ? t("rename_query", { name: before.name }) : t("save_query")} submit={t("common:save")} onSubmit={() => save.mutate()} onClose={onClose} busy={save.isPending} changed={changed} disabled={name.trim() === ""} error={wrong === undefined ? save.error : undefined}>
      <TextField autoFocus required label={t("query_name")} value={name} onChange={(event) => { setName(event.target.value); save.reset(); }} error={wrong !== undefined} helperText={wrong ?? t("queries_shared")} slotProps={{ htmlInput: { maxLength: 200 } }} />
    </FormDialog>
  );
}
