import Accordion from "@mui/material/Accordion";
import AccordionDetails from "@mui/material/AccordionDetails";
import AccordionSummary from "@mui/material/AccordionSummary";
import Button from "@mui/material/Button";
import FormControlLabel from "@mui/material/FormControlLabel";
import MenuItem from "@mui/material/MenuItem";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import { useMutation } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Api, body, client } from "@/api/client";
import { queries } from "@/api/query";
import type { Schema } from "@/components/form/schema";
import { SchemaForm } from "@/components/form/SchemaForm";
import { FormDialog } from "@/components/FormDialog";
import { useToasts } from "@/components/Toasts";
import { Waiting } from "@/components/Waiting";
import { fieldProblem } from "@/components/fieldProblem";
import { free } from "@/lib/free";
import { currentLanguage, type Language, LANGUAGES } from "@/lib/i18n";
import { useServerWords } from "@/lib/serverWords";
import { useChanged } from "@/lib/useChanged";
import { useWorkspace } from "@/lib/workspace";
import { below, schemaOf, useKinds } from "./data";
import { TestResult } from "./TestResult";

interface Props {
  given?: { value: Api<"ChannelView">; etag: string };
  onClose: () => void;
}

type Values = Record<string, unknown>;

/** Makes or changes a channel, and tries it before it is kept. */
export function ChannelForm({ given, onClose }: Props) {
  const { t } = useTranslation("settings");
  const { slug } = useWorkspace();
  const toasts = useToasts();
  const words = useServerWords();
  const kinds = useKinds();
  const before = given?.value;
  const [kind, setKind] = useState(before?.kind ?? "email");
  const [name, setName] = useState(before?.name ?? "");
  const [language, setLanguage] = useState(before?.language ?? currentLanguage());
  const [active, setActive] = useState(before?.active ?? true);
  const [settings, setSettings] = useState<Values>((before?.settings ?? {}) as Values);
  const [pace, setPace] = useState<Values>((before?.pace ?? {}) as Values);
  const wanted: Api<"NewChannel"> = { name: name.trim(), kind, settings: free(settings), pace: free(pace), language, active };
  const changed = useChanged(wanted);
  const path = { workspace: slug };
  const tried = { ...wanted, name: wanted.name || t("channels.unnamed") };
  const test = useMutation({
    mutationFn: () =>
      before
        ? body(client.POST("/api/v1/workspaces/{workspace}/channels/{channel}/test-settings", { params: { path: { ...path, channel: before.id } }, body: tried }))
        : body(client.POST("/api/v1/workspaces/{workspace}/channel-tests", { params: { path }, body: tried })),
  });
  const save = useMutation({
    mutationFn: () =>
      before
        ? body(client.PUT("/api/v1/workspaces/{workspace}/channels/{channel}", { params: { path: { ...path, channel: before.id }, header: { "If-Match": given?.etag ?? "" } }, body: wanted }))
        : body(client.POST("/api/v1/workspaces/{workspace}/channels", { params: { path }, body: wanted })),
    onSuccess: () => {
      toasts.done(t("channels.saved", { name: wanted.name }));
      onClose();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["channels"] }),
  });
  const error = save.error ?? test.error;
  const change = (values: Values) => {
    setSettings(values);
    test.reset();
    save.reset();
  };
  const schema = schemaOf(kinds.data, kind);
  const wrong = (field: string) => fieldProblem(error, `/${field}`);
  return (
    <FormDialog
      title={before ? t("channels.edit_title", { name: before.name }) : t("channels.make_title")}
      submit={t("common:save")}
      onSubmit={() => save.mutate()}
      onClose={onClose}
      busy={save.isPending}
      changed={changed}
      disabled={!name.trim() || !schema}
      error={error}
      extra={<Button onClick={() => test.mutate()} loading={test.isPending} sx={{ mr: "auto" }}>{t("channels.test_first")}</Button>}
    >
      {!before && (
        <ToggleButtonGroup exclusive size="small" value={kind} onChange={(_, next: string | null) => { if (next) { setKind(next); change({}); } }} aria-label={t("channels.kind")} sx={{ flexWrap: "wrap" }}>
          {kinds.data?.items.map((one) => <ToggleButton key={one.name} value={one.name} sx={{ textTransform: "none" }}>{words.text(one.title)}</ToggleButton>)}
        </ToggleButtonGroup>
      )}
      <TextField label={t("channels.name")} name="name" value={name} placeholder={t("channels.name_example")} onChange={(event) => setName(event.target.value)} error={wrong("name") !== undefined} helperText={wrong("name")} required autoComplete="off" autoFocus={!before} />
      {schema ? <SchemaForm key={kind} schema={schema} value={settings} onChange={change} problems={below(error, "/settings")} kept={before?.secrets} /> : <Waiting text={t("channels.loading_kinds")} />}
      <TextField select label={t("channels.language")} value={language} onChange={(event) => setLanguage(event.target.value)}>
        {(Object.keys(LANGUAGES) as Language[]).map((one) => <MenuItem key={one} value={one} lang={one}>{LANGUAGES[one]}</MenuItem>)}
      </TextField>
      {kinds.data && (
        <Accordion variant="outlined" disableGutters>
          <AccordionSummary expandIcon={<ChevronDown size={18} />}>{t("channels.pace")}</AccordionSummary>
          <AccordionDetails><SchemaForm schema={(kinds.data.schemas as Record<string, Schema>).pace ?? {}} value={pace} onChange={setPace} problems={below(error, "/pace")} /></AccordionDetails>
        </Accordion>
      )}
      <FormControlLabel control={<Switch checked={active} onChange={(event) => setActive(event.target.checked)} />} label={t("channels.active")} />
      {test.data && <TestResult result={test.data} />}
    </FormDialog>
  );
}
