import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import IconButton from "@mui/material/IconButton";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ParamValue } from "@/components/ParamValue";
import { shownZone } from "@/lib/moments";
import { freeName, setSection } from "../model/edits";
import { isObject, type Json } from "../model/yaml";
import { useBuilder } from "./context";

const TYPES = ["string", "integer", "number", "boolean", "date", "timestamp"];

/** What a pipeline is called and for, and its parameters. */
export function DocumentDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("pipelines");
  const { graph, edit, mayEdit } = useBuilder();
  const { value } = graph;
  const params = isObject(value.params) ? value.params : {};
  const put = (next: Json) => edit(setSection("params", Object.keys(next).length > 0 ? next : undefined), "params");
  const text = (key: string) => (typeof value[key] === "string" ? value[key] : "");
  // A name counts when its field is left: also by Escape.
  const close = () => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    onClose();
  };
  return (
    <Dialog open onClose={close} maxWidth="sm" fullWidth aria-labelledby="document-title">
      <DialogTitle id="document-title">{t("document_title")}</DialogTitle>
      <DialogContent sx={{ display: "flex", flexDirection: "column", gap: 2, "&&": { pt: 1 } }}>
        <TextField label={t("name")} value={text("name")} disabled={!mayEdit} onChange={(event) => edit(setSection("name", event.target.value), "name")} />
        <TextField label={t("document_description")} multiline minRows={2} value={text("description")} disabled={!mayEdit} onChange={(event) => edit(setSection("description", event.target.value || undefined), "description")} />
        <Typography variant="h3" component="h3">{t("params")}</Typography>
        <Typography variant="body2" color="textSecondary">{t("params_text")}</Typography>
        {Object.entries(params).map(([name, given]) => <Parameter key={name} name={name} spec={isObject(given) ? given : {}} params={params} put={put} disabled={!mayEdit} />)}
        {mayEdit && <Button startIcon={<Plus size={16} />} sx={{ alignSelf: "flex-start" }} onClick={() => put({ ...params, [freeName(Object.keys(params), "value")]: { type: "string", default: "" } })}>{t("param_add")}</Button>}
      </DialogContent>
      <DialogActions><Button onClick={close} variant="contained">{t("done")}</Button></DialogActions>
    </Dialog>
  );
}

function Parameter({ name, spec, params, put, disabled }: { name: string; spec: Json; params: Json; put: (next: Json) => void; disabled: boolean }) {
  const { t } = useTranslation("pipelines");
  const [typed, setTyped] = useState(name);
  const set = (key: string, value: unknown) => {
    const { [key]: _, ...rest } = spec;
    put({ ...params, [name]: value === undefined ? rest : { ...spec, [key]: value } });
  };
  const type = typeof spec.type === "string" ? spec.type : "string";
  const settle = () => {
    const next = typed.trim();
    if (next !== name && next !== "" && !(next in params)) put(Object.fromEntries(Object.entries(params).map(([key, one]) => [key === name ? next : key, one])));
    else setTyped(name);
  };
  // A default of nothing is none of another type.
  const setType = (next: string) => put({ ...params, [name]: Object.fromEntries(Object.entries({ ...spec, type: next }).filter(([key, one]) => key !== "default" || one !== "")) });
  return (
    <Box role="group" aria-label={name} sx={{ display: "grid", gridTemplateColumns: { xs: "1fr", sm: "1fr 120px 1.3fr auto" }, gap: 1, alignItems: "start", pb: 1.5, borderBottom: 1, borderColor: "divider" }}>
      <TextField label={t("name")} value={typed} disabled={disabled} onChange={(event) => setTyped(event.target.value)} onBlur={settle} />
      <TextField select label={t("param_type")} value={type} disabled={disabled} onChange={(event) => setType(event.target.value)}>{TYPES.map((one) => <MenuItem key={one} value={one}>{t(`type.${one}`)}</MenuItem>)}</TextField>
      <ParamValue label={t("param_default")} type={type} value={spec.default} disabled={disabled} placeholder={t("param_required")} none={t("param_required")} onChange={(next) => set("default", next)} helperText={type === "timestamp" ? t("common:form.zone", { zone: shownZone() }) : undefined} />
      {!disabled && <IconButton size="small" aria-label={t("param_remove", { name })} onClick={() => { const { [name]: _, ...rest } = params; put(rest); }}><Trash2 size={16} /></IconButton>}
      <TextField label={t("param_description")} value={typeof spec.description === "string" ? spec.description : ""} disabled={disabled} onChange={(event) => set("description", event.target.value || undefined)} sx={{ gridColumn: "1 / -1" }} />
    </Box>
  );
}
