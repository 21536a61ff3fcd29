import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import { LinkButton } from "@/components/links";
import { type Builder, useBuilderPart, useBuilderStore } from "./context";

// Fields that every node has. Each is drawn anew only when its own value changes.

type Own = (key: string, next: string | undefined) => void;

const rights = ({ mayEdit }: Builder) => ({ mayEdit });

/** The name of a node; it changes when the field is left, since others refer to it. */
export const NameField = memo(function NameField({ name: given }: { name: string }) {
  const { t } = useTranslation("pipelines");
  const store = useBuilderStore();
  const { mayEdit } = useBuilderPart(rights);
  const [typed, setTyped] = useState<{ of: string; name: string }>();
  const name = typed?.of === given ? typed.name : given;
  const [isTaken, setIsTaken] = useState(false);
  const isBad = !/^[\p{L}\p{N}_-]+$/u.test(name);
  const change = (next: string) => {
    setTyped({ of: given, name: next });
    setIsTaken(next !== given && store.now.graph.nodes.has(next));
  };
  const settle = () => {
    setTyped(undefined);
    setIsTaken(false);
    if (name === given || isTaken || isBad) return;
    store.now.rename(given, name);
    store.now.select([name]);
  };
  return <TextField label={t("name")} value={name} disabled={!mayEdit} onChange={(event) => change(event.target.value)} onBlur={settle} onKeyDown={(event) => { if (event.key === "Enter") settle(); }} error={isTaken || isBad} helperText={isTaken ? t("name_taken") : isBad ? t("name_bad") : undefined} />;
});

const around = ({ slug, mayEdit, connections }: Builder) => ({ slug, mayEdit, connections });

/** The connection that a node reads or writes through. */
export const ConnectionField = memo(function ConnectionField({ kind, connection, own }: { kind: string; connection: string | undefined; own: Own }) {
  const { t } = useTranslation("pipelines");
  const { slug, mayEdit, connections } = useBuilderPart(around);
  const fitting = connections.filter((one) => one.connector === kind);
  return (
    <>
      <TextField select label={t("connection")} value={connection ?? ""} disabled={!mayEdit} onChange={(event) => own("connection", event.target.value || undefined)} helperText={kind === "file" ? t("connection_file_hint") : undefined} slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}>
        <MenuItem value=""><em>{kind === "file" ? t("connection_files") : t("connection_none")}</em></MenuItem>
        {connection && !fitting.some((one) => one.name === connection) && <MenuItem value={connection}>{connection}</MenuItem>}
        {fitting.map((one) => <MenuItem key={one.id} value={one.name}>{one.name}</MenuItem>)}
      </TextField>
      {!connection && kind !== "file" && mayEdit && fitting.length === 0 && <LinkButton to="/w/$workspace/connections/new" params={{ workspace: slug }} search={{ connector: kind }} size="small" sx={{ alignSelf: "flex-start" }}>{t("make_connection")}</LinkButton>}
    </>
  );
});

/** What a node is for, in words. */
export const DescriptionField = memo(function DescriptionField({ description, disabled, own }: { description: string; disabled: boolean; own: Own }) {
  const { t } = useTranslation("pipelines");
  return <TextField label={t("description")} value={description} disabled={disabled} multiline maxRows={6} onChange={(event) => own("description", event.target.value)} helperText={t("description_hint")} />;
});
