import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormHelperText from "@mui/material/FormHelperText";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { serverUrl } from "@/api/base";
import { type Api, body, client } from "@/api/client";
import { queries } from "@/api/query";
import { FormDialog } from "@/components/FormDialog";
import { Once } from "@/components/Once";
import { fieldProblem } from "@/components/fieldProblem";
import { formatDay } from "@/lib/format";
import { useChanged } from "@/lib/useChanged";
import { useWorkspace } from "@/lib/workspace";
import { grouped, preset, PRESETS, scopesOf } from "./scopes";

const LIVES = [30, 90, 365, 0] as const;
const DAY = 86_400_000;

/** Makes a key: what it is for, what it may do, until when. */
export function NewKey({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("settings");
  const { slug, membership } = useWorkspace();
  const role = membership?.role ?? "viewer";
  const [name, setName] = useState("");
  const [days, setDays] = useState<number>(90);
  const [now] = useState(() => Date.now());
  const [scopes, setScopes] = useState<string[]>([]);
  const make = useMutation({
    mutationFn: () => body(client.POST("/api/v1/workspaces/{workspace}/keys", { params: { path: { workspace: slug } }, body: { name: name.trim(), scopes: scopes as Api<"Right">[], expires_at: days ? new Date(Date.now() + days * DAY).toISOString() : undefined } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["keys"] }),
  });
  const changed = useChanged([name, days, scopes]);
  if (make.data) {
    const curl = `curl -H "Authorization: Bearer ${make.data.key}" ${new URL(serverUrl(`/api/v1/workspaces/${slug}/pipelines`), location.origin)}`;
    return (
      <FormDialog title={t("keys.made", { name: make.data.entry.name })} onClose={onClose} shownOnce>
        <Once text={t("keys.once")} label={t("keys.key")} value={make.data.key} />
        <Box>
          <Typography variant="body2" color="textSecondary" gutterBottom>{t("keys.example")}</Typography>
          <Box component="pre" tabIndex={0} sx={{ m: 0, p: 1.5, fontSize: 12, whiteSpace: "pre-wrap", overflowWrap: "anywhere", bgcolor: "action.hover", borderRadius: 1 }}>{curl}</Box>
        </Box>
      </FormDialog>
    );
  }
  const toggle = (scope: string) => setScopes((all) => (all.includes(scope) ? all.filter((one) => one !== scope) : [...all, scope]));
  const wrong = (field: string) => fieldProblem(make.error, `/${field}`);
  return (
    <FormDialog title={t("keys.make_title")} submit={t("keys.make")} onSubmit={() => make.mutate()} onClose={onClose} busy={make.isPending} changed={changed} disabled={!name.trim() || scopes.length === 0} error={make.error} places>
      <TextField label={t("keys.for")} name="name" value={name} placeholder={t("keys.for_example")} onChange={(event) => setName(event.target.value)} error={wrong("name") !== undefined} helperText={wrong("name")} autoFocus required autoComplete="off" />
      <TextField select label={t("keys.ends")} value={days} onChange={(event) => setDays(Number(event.target.value))} helperText={days ? t("keys.ends_help") : t("keys.endless_help")}>
        {LIVES.map((one) => <MenuItem key={one} value={one}>{one ? t("keys.in_days", { count: one, day: formatDay(new Date(now + one * DAY)) }) : t("keys.endless")}</MenuItem>)}
      </TextField>
      <Box>
        <Typography variant="h3" component="p">{t("keys.scopes")}</Typography>
        <Typography variant="body2" color="textSecondary">{t("keys.scopes_help")}</Typography>
        <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, my: 1.5 }}>
          {PRESETS.map((one) => <Button key={one} size="small" variant="outlined" onClick={() => setScopes(preset(one, role))}>{t(`keys.preset.${one}`)}</Button>)}
          <Box sx={{ whiteSpace: "nowrap" }}>
            <Button size="small" onClick={() => setScopes(scopesOf(role))}>{t("common:all")}</Button>
            <Button size="small" onClick={() => setScopes([])}>{t("common:none")}</Button>
          </Box>
        </Box>
        <Box sx={{ display: "grid", gridTemplateColumns: { xs: "1fr", sm: "1fr 1fr" }, columnGap: 3, rowGap: 1.5 }}>
          {grouped(scopesOf(role)).map(([area, all]) => (
            <Box key={area} role="group" aria-label={t(`keys.area.${area}`)}>
              <Typography variant="overline" color="textSecondary" component="p">{t(`keys.area.${area}`)}</Typography>
              {all.map((scope) => (
                <FormControlLabel key={scope} sx={{ display: "flex", alignItems: "flex-start", mr: 0 }} control={<Checkbox size="small" sx={{ py: 0.25 }} checked={scopes.includes(scope)} onChange={() => toggle(scope)} />} label={<Typography variant="body2">{t(`keys.scope.${scope.replace(":", ".")}`)}</Typography>} />
              ))}
            </Box>
          ))}
        </Box>
        {wrong("scopes") && <FormHelperText error>{wrong("scopes")}</FormHelperText>}
      </Box>
    </FormDialog>
  );
}
