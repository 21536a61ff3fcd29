import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormHelperText from "@mui/material/FormHelperText";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Api } from "@/api/client";
import { Problem } from "@/api/problem";
import type { Schema } from "@/components/form/schema";
import { SchemaForm } from "@/components/form/SchemaForm";
import { fieldProblem } from "@/components/fieldProblem";
import { NumberField } from "@/components/NumberField";
import { useWorkspace } from "@/lib/workspace";
import { type NewConnection, type Settings, settingsFindings } from "./api";

export interface Draft {
  name: string;
  description: string;
  settings: Settings;
  restricted: boolean;
  /** Text for what is no whole number: nothing is saved then. */
  max_runs: number | string | undefined;
}

export function draftOf(connection: Api<"Connection"> | undefined): Draft {
  return {
    name: connection?.name ?? "",
    description: connection?.description ?? "",
    settings: (connection?.settings as Settings | undefined) ?? {},
    restricted: connection?.restricted ?? false,
    max_runs: connection?.max_runs ?? undefined,
  };
}

/** A draft as the server takes it. */
export function sent(draft: Draft, connector: string): NewConnection {
  return {
    name: draft.name.trim(),
    connector,
    description: draft.description.trim(),
    settings: draft.settings as NewConnection["settings"],
    restricted: draft.restricted,
    max_runs: typeof draft.max_runs === "number" ? draft.max_runs : null,
  };
}

interface Props {
  schema: Schema;
  draft: Draft;
  onChange: (draft: Draft) => void;
  error: unknown;
  /** Places of secrets that the server keeps. */
  kept?: string[];
  /** Secrets have to be given again, since something else was changed. */
  again?: boolean;
  disabled?: boolean;
}

/** Name, settings and limits of a connection. */
export function ConnectionForm({ schema, draft, onChange, error, kept, again, disabled }: Props) {
  const { t } = useTranslation("connections");
  const { may } = useWorkspace();
  const findings = error instanceof Problem ? error.problems : [];
  const at = (path: string) => fieldProblem(error, path);
  const taken = error instanceof Problem && error.code === "exists" ? t("taken") : undefined;
  const set = (part: Partial<Draft>) => onChange({ ...draft, ...part });
  const box = useRef<HTMLDivElement>(null);
  // What is to be mended may be out of sight: the form is long.
  useEffect(() => {
    if (error) box.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [error]);
  return (
    <Box ref={box} sx={{ display: "flex", flexDirection: "column", gap: 2.5 }}>
      <TextField label={t("name")} required disabled={disabled} value={draft.name} onChange={(event) => set({ name: event.target.value })} error={(at("/name") ?? taken) !== undefined} helperText={at("/name") ?? taken ?? t("name_help")} slotProps={{ htmlInput: { maxLength: 63, spellCheck: false, autoCapitalize: "off" } }} />
      <TextField label={t("description")} disabled={disabled} value={draft.description} onChange={(event) => set({ description: event.target.value })} helperText={t("description_help")} />
      <Box component="section" aria-labelledby="settings-title" sx={{ borderTop: 1, borderColor: "divider", pt: 2 }}>
        <Typography id="settings-title" variant="h3" component="h2" sx={{ mb: 2 }}>{t("settings")}</Typography>
        {again && <Alert severity="info" sx={{ mb: 2 }}>{t("secrets_again")}</Alert>}
        <SchemaForm schema={schema} value={draft.settings} onChange={(settings) => set({ settings })} problems={settingsFindings(findings)} kept={kept} disabled={disabled} />
      </Box>
      <Box component="section" aria-labelledby="limits-title" sx={{ borderTop: 1, borderColor: "divider", pt: 2, display: "flex", flexDirection: "column", gap: 2 }}>
        <Typography id="limits-title" variant="h3" component="h2">{t("limits")}</Typography>
        <NumberField whole min={0} label={t("max_runs")} disabled={disabled} value={draft.max_runs} onChange={(max_runs) => set({ max_runs })} problem={at("/max_runs")} helperText={t("max_runs_help")} sx={{ maxWidth: 320 }} />
        {may("admin") && (
          <Box>
            <FormControlLabel control={<Checkbox size="small" checked={draft.restricted} disabled={disabled} onChange={(event) => set({ restricted: event.target.checked })} />} label={t("restricted")} />
            <FormHelperText sx={{ ml: 4, mt: -0.5 }}>{t("restricted_help")}</FormHelperText>
          </Box>
        )}
      </Box>
    </Box>
  );
}
