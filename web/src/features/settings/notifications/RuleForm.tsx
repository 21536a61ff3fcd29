import Autocomplete from "@mui/material/Autocomplete";
import Box from "@mui/material/Box";
import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import MenuItem from "@mui/material/MenuItem";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client } from "@/api/client";
import { queries } from "@/api/query";
import { FormDialog } from "@/components/FormDialog";
import { useToasts } from "@/components/Toasts";
import { fieldProblem } from "@/components/fieldProblem";
import { free } from "@/lib/free";
import { NOTICE_KINDS, SEVERITIES } from "@/lib/notices";
import { useChanged } from "@/lib/useChanged";
import { useWorkspace } from "@/lib/workspace";
import { type Rule, type RuleSpec, useChannels, usePipelines } from "./data";

/** Makes or changes a rule: nothing chosen restricts nothing. */
export function RuleForm({ rule, onClose }: { rule?: Rule; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const { slug } = useWorkspace();
  const toasts = useToasts();
  const channels = useChannels();
  const pipelines = usePipelines();
  const given = (rule?.spec ?? {}) as RuleSpec;
  const [name, setName] = useState(rule?.name ?? "");
  const [channel, setChannel] = useState(rule?.channel_id ?? channels.data?.items[0]?.id ?? "");
  const [kinds, setKinds] = useState<string[]>(given.kinds ?? []);
  const [severity, setSeverity] = useState(given.min_severity ?? "info");
  const [ids, setIds] = useState<string[]>(given.pipelines ?? []);
  const [tags, setTags] = useState<string[]>(given.tags ?? []);
  const [active, setActive] = useState(rule?.active ?? true);
  const spec: RuleSpec = { kinds: kinds.length ? kinds : undefined, min_severity: severity, pipelines: ids.length ? ids : undefined, tags: tags.length ? tags : undefined };
  const body = { name: name.trim(), channel, spec: free(spec), active };
  const changed = useChanged(body);
  const path = { workspace: slug };
  const save = useMutation({
    mutationFn: async () => {
      if (rule) await client.PUT("/api/v1/workspaces/{workspace}/rules/{rule}", { params: { path: { ...path, rule: rule.id }, header: { "If-Match": `"${rule.revision}"` } }, body });
      else await client.POST("/api/v1/workspaces/{workspace}/rules", { params: { path }, body });
    },
    onSuccess: () => {
      toasts.done(t("rules.saved", { name: body.name }));
      onClose();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["rules"] }),
  });
  const wrong = (field: string) => fieldProblem(save.error, `/${field}`);
  const names = new Map(pipelines.data?.items.map((one) => [one.id as string, one.name]));
  const known = [...new Set(pipelines.data?.items.flatMap((one) => one.tags))].sort();
  return (
    <FormDialog title={rule ? t("rules.edit_title", { name: rule.name }) : t("rules.make_title")} submit={t("common:save")} onSubmit={() => save.mutate()} onClose={onClose} busy={save.isPending} changed={changed} disabled={!name.trim() || !channel} error={save.error} places>
      <TextField label={t("rules.name")} name="name" value={name} placeholder={t("rules.name_example")} onChange={(event) => setName(event.target.value)} error={wrong("name") !== undefined} helperText={wrong("name")} required autoFocus={!rule} autoComplete="off" />
      <TextField select label={t("rules.channel")} value={channel} onChange={(event) => setChannel(event.target.value)} error={wrong("channel") !== undefined} helperText={wrong("channel")} required>
        {channels.data?.items.map((one) => <MenuItem key={one.id} value={one.id}>{one.name}</MenuItem>)}
      </TextField>
      <Box role="group" aria-labelledby="rule-kinds">
        <Typography variant="h3" component="p" id="rule-kinds">{t("rules.kinds")}</Typography>
        <Typography variant="body2" color="textSecondary" sx={{ mb: 0.5 }}>{t("rules.kinds_help")}</Typography>
        {NOTICE_KINDS.map((kind) => (
          <FormControlLabel key={kind} sx={{ display: "flex", mr: 0 }} control={<Checkbox size="small" sx={{ py: 0.25 }} checked={kinds.includes(kind)} onChange={() => setKinds((all) => (all.includes(kind) ? all.filter((one) => one !== kind) : [...all, kind]))} />} label={<Typography variant="body2">{t(`notices:kind.${kind}`)}</Typography>} />
        ))}
      </Box>
      <TextField select label={t("rules.severity")} value={severity} onChange={(event) => setSeverity(event.target.value)}>
        {SEVERITIES.map((one) => <MenuItem key={one} value={one}>{t(`notices:severity.${one}`)}</MenuItem>)}
      </TextField>
      <Autocomplete multiple options={[...names.keys()]} getOptionLabel={(id) => names.get(id) ?? id} value={ids} onChange={(_, value) => setIds(value)} renderInput={(params) => <TextField {...params} label={t("rules.pipelines")} helperText={t("rules.pipelines_help")} />} />
      <Autocomplete multiple freeSolo options={known} value={tags} onChange={(_, value) => setTags(value.map((tag) => tag.trim()).filter(Boolean))} renderInput={(params) => <TextField {...params} label={t("rules.tags")} helperText={t("rules.tags_help")} />} />
      <FormControlLabel control={<Switch checked={active} onChange={(event) => setActive(event.target.checked)} />} label={t("rules.active")} />
    </FormDialog>
  );
}
