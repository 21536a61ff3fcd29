import Alert from "@mui/material/Alert";
import Autocomplete from "@mui/material/Autocomplete";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import FormControlLabel from "@mui/material/FormControlLabel";
import Radio from "@mui/material/Radio";
import RadioGroup from "@mui/material/RadioGroup";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { TextLink } from "@/components/links";
import { Facts, Panel } from "@/components/Panel";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { ListSkeleton } from "@/components/Waiting";
import { free } from "@/lib/free";
import { useEdited } from "@/lib/useEdited";
import { useWorkspace } from "@/lib/workspace";
import { type Egress, sortOf } from "./egress";
import { useSettings } from "./useSettings";

/** What pipelines of the workspace may reach, and how many run at once. */
export function Limits() {
  const { t } = useTranslation("settings");
  const { query, workspace, settings } = useSettings();
  if (!workspace) return query.error ? <ProblemAlert error={query.error} onRetry={() => void query.refetch()} /> : <ListSkeleton rows={4} text={t("loading")} />;
  return (
    <>
      <Panel title={t("limits.addresses")} text={<>{t("limits.addresses_text")} <TextLink to="/help/$" params={{ _splat: "guides/security" }} hash="addresses">{t("limits.more")}</TextLink></>}>
        <Addresses settings={settings} />
      </Panel>
      <Panel title={t("limits.runs_title")} text={t("limits.runs_text")}>
        <Runs settings={settings} />
      </Panel>
      <Panel title={t("limits.fixed")} text={t("limits.fixed_text")}>
        <Facts
          facts={[
            [t("limits.files"), t("limits.files_text")],
            [t("limits.variables"), <Box key="variables">{t("limits.variables_text")} <code>TOWPATH_VAR_…</code></Box>],
            [t("limits.programs"), t("limits.programs_text")],
          ]}
        />
      </Panel>
    </>
  );
}

type Settings = Record<string, unknown>;

/** Settings with one part put in the place of the former one, or taken away. */
function withPart(settings: Settings, key: string, part: object | undefined): Settings {
  const { [key]: _, ...rest } = settings;
  return part ? { ...rest, [key]: part } : rest;
}

function Addresses({ settings }: { settings: Settings }) {
  const { t } = useTranslation("settings");
  const { may } = useWorkspace();
  const toasts = useToasts();
  const { change } = useSettings();
  const given = settings.egress as Egress | undefined;
  const { value, set: setValue, isChanged, saved } = useEdited({ own: given !== undefined, everything: given?.allow_private ?? false, entries: given?.allow ?? [], typed: "" });
  const { own, everything, entries, typed } = value;
  const set = (part: Partial<typeof value>) => setValue({ ...value, ...part });
  useLeaveGuard(isChanged);
  const disabled = !may("admin");
  const all = typed.trim() ? [...entries, typed.trim()] : entries;
  const wrong = all.filter((entry) => sortOf(entry) === undefined);
  const next: Egress | undefined = own ? { allow_private: everything, allow: all } : undefined;
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (wrong.length === 0) change.mutate({ settings: free(withPart(settings, "egress", next)) }, { onSuccess: () => { saved(); toasts.done(t("saved")); } });
  };
  return (
    <Stack component="form" onSubmit={save} sx={{ gap: 2, maxWidth: 640 }}>
      <RadioGroup value={own ? "own" : "server"} onChange={(event) => set({ own: event.target.value === "own" })} aria-label={t("limits.addresses")}>
        <FormControlLabel value="server" disabled={disabled} control={<Radio size="small" />} label={t("limits.as_server")} />
        <FormControlLabel value="own" disabled={disabled} control={<Radio size="small" />} label={t("limits.own")} />
      </RadioGroup>
      {own && (
        <>
          <Autocomplete
            multiple
            freeSolo
            disabled={disabled}
            options={[]}
            value={entries}
            inputValue={typed}
            onInputChange={(_, text, reason) => reason !== "reset" && set({ typed: text })}
            onChange={(_, all, reason) => set({ entries: all.map((entry) => entry.trim()).filter(Boolean), typed: reason === "removeOption" ? typed : "" })}
            renderValue={(value, props) => value.map((entry, index) => {
              const { key, ...rest } = props({ index });
              const sort = sortOf(entry);
              return <Chip key={key} {...rest} size="small" color={sort ? "default" : "error"} label={sort ? `${entry} · ${t(`limits.sort.${sort}`)}` : entry} />;
            })}
            renderInput={(params) => (
              <TextField {...params} label={t("limits.allow")} placeholder="db.internal:5432" error={wrong.length > 0 && typed === ""} helperText={wrong.length > 0 && typed === "" ? t("limits.wrong", { entries: wrong.join(", ") }) : t("limits.allow_help")} />
            )}
          />
          <FormControlLabel disabled={disabled} control={<Switch checked={everything} onChange={(event) => set({ everything: event.target.checked })} />} label={t("limits.all_private")} />
          {everything && <Alert severity="warning">{t("limits.all_private_text")}</Alert>}
        </>
      )}
      <ProblemAlert error={change.error} />
      {!disabled && <Button type="submit" variant="contained" disabled={!isChanged || wrong.length > 0} loading={change.isPending} sx={{ alignSelf: "flex-start" }}>{t("common:save")}</Button>}
      {disabled && <Typography variant="body2" color="textSecondary">{t("general.only_admins")}</Typography>}
    </Stack>
  );
}

const NAMES = ["runs", "pipeline_runs"] as const;

function Runs({ settings }: { settings: Settings }) {
  const { t } = useTranslation("settings");
  const { may } = useWorkspace();
  const toasts = useToasts();
  const { change } = useSettings();
  const given = (settings.limits ?? {}) as Record<string, unknown>;
  const first = Object.fromEntries(NAMES.map((name) => [name, given[name] == null ? "" : String(given[name])]));
  const { value: texts, set: setTexts, isChanged, saved } = useEdited<Record<string, string>>(first);
  useLeaveGuard(isChanged);
  const isWrong = (text = "") => text.trim() !== "" && !/^[1-9]\d{0,5}$/.test(text.trim());
  const save = (event: FormEvent) => {
    event.preventDefault();
    const others = Object.entries(given).filter(([key]) => !(NAMES as readonly string[]).includes(key));
    const own = NAMES.flatMap((name) => (texts[name]?.trim() ? [[name, Number(texts[name])]] : []));
    const limits = Object.fromEntries([...others, ...own]) as Settings;
    change.mutate({ settings: free(withPart(settings, "limits", Object.keys(limits).length > 0 ? limits : undefined)) }, { onSuccess: () => { saved(); toasts.done(t("saved")); } });
  };
  return (
    <Stack component="form" onSubmit={save} sx={{ gap: 2, maxWidth: 460 }}>
      {NAMES.map((name) => (
        <TextField key={name} label={t(`limits.${name}`)} value={texts[name]} placeholder={t("limits.unlimited")} disabled={!may("admin")} onChange={(event) => setTexts({ ...texts, [name]: event.target.value })} error={isWrong(texts[name])} helperText={isWrong(texts[name]) ? t("limits.whole") : t(`limits.${name}_help`)} slotProps={{ inputLabel: { shrink: true }, htmlInput: { inputMode: "numeric" } }} />
      ))}
      <ProblemAlert error={change.error} />
      {may("admin") && <Button type="submit" variant="contained" disabled={NAMES.some((name) => isWrong(texts[name])) || !isChanged} loading={change.isPending} sx={{ alignSelf: "flex-start" }}>{t("common:save")}</Button>}
    </Stack>
  );
}
