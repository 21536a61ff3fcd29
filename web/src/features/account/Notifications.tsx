import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import { useMutation, useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { client, tagged } from "@/api/client";
import { TextLink } from "@/components/links";
import { Panel } from "@/components/Panel";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { ListSkeleton } from "@/components/Waiting";
import { free } from "@/lib/free";
import { type Language, LANGUAGES } from "@/lib/i18n";
import { useEdited } from "@/lib/useEdited";
import { NOTICE_KINDS } from "@/lib/notices";
import { type Preferences, toggled, wanted } from "./preferences";
import { refreshAccount } from "./useAccount";
import { channelKindsQuery } from "@/lib/server";

const WAYS = ["in_app", "mail"] as const;
const DIGESTS = ["off", "hourly", "daily"] as const;

/** What one wants to hear of, in the pages and by mail. */
export function Notifications() {
  const { t } = useTranslation("account");
  const preferences = useQuery({ queryKey: ["account", "notifications"], queryFn: () => tagged(client.GET("/api/v1/account/notifications")) });
  return (
    <Panel title={t("hear")} text={<>{t("hear_text")} <TextLink to="/help/$" params={{ _splat: "guides/notifications" }} hash="for-oneself">{t("hear_help")}</TextLink></>}>
      <ProblemAlert error={preferences.error} onRetry={() => void preferences.refetch()} />
      {preferences.isPending && <ListSkeleton rows={5} text={t("loading_preferences")} />}
      {preferences.data && <Form given={preferences.data.value as Preferences} etag={preferences.data.etag} />}
    </Panel>
  );
}

function Form({ given, etag }: { given: Preferences; etag: string }) {
  const { t } = useTranslation("account");
  const toasts = useToasts();
  const kinds = useQuery(channelKindsQuery);
  const { value, set: setValue, isChanged, saved } = useEdited(given);
  useLeaveGuard(isChanged);
  const canMail = kinds.data?.mails_people ?? false;
  const digest = value.pace?.digest ?? "off";
  const pace = (part: Preferences["pace"]) => setValue({ ...value, pace: { ...value.pace, ...part } });
  const save = useMutation({
    mutationFn: () => client.PUT("/api/v1/account/notifications", { params: { header: { "If-Match": etag } }, body: free(value) }),
    onSuccess: () => {
      saved();
      toasts.done(t("saved"));
    },
    onSettled: refreshAccount,
  });
  const chooseDigest = (next: string) => pace(next === "daily" ? { digest: next, digest_at: value.pace?.digest_at ?? "08:00", timezone: value.pace?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone } : { digest: next });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const cell = { py: 0.5, px: 1, borderBottom: 1, borderColor: "divider", textAlign: "left" } as const;
  return (
    <Stack component="form" onSubmit={submit} sx={{ gap: 2 }}>
      <Box component="table" sx={{ borderCollapse: "collapse", width: "100%", maxWidth: 640, fontSize: 14 }}>
        <thead>
          <tr>
            <Box component="th" scope="col" sx={cell}>{t("kind")}</Box>
            {WAYS.map((way) => <Box key={way} component="th" scope="col" sx={{ ...cell, textAlign: "center", width: 96 }}>{t(`way.${way}`)}</Box>)}
          </tr>
        </thead>
        <tbody>
          {NOTICE_KINDS.map((kind) => (
            <tr key={kind}>
              <Box component="th" scope="row" sx={{ ...cell, fontWeight: 400 }}>{t(`notices:kind.${kind}`)}</Box>
              {WAYS.map((way) => (
                <Box key={way} component="td" sx={{ ...cell, textAlign: "center" }}>
                  <Checkbox size="small" checked={wanted(value, way).includes(kind)} disabled={way === "mail" && !canMail} onChange={() => setValue(toggled(value, way, kind))} slotProps={{ input: { "aria-label": t("wanted", { kind: t(`notices:kind.${kind}`), way: t(`way.${way}`) }) } }} />
                </Box>
              ))}
            </tr>
          ))}
        </tbody>
      </Box>
      {kinds.data && !canMail && <Alert severity="info" sx={{ maxWidth: 640 }}>{t("no_mail")}</Alert>}
      <Stack sx={{ gap: 2, maxWidth: 460 }}>
        <TextField select label={t("notice_language")} value={value.language ?? ""} onChange={(event) => setValue({ ...value, language: event.target.value || undefined })} slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}>
          <MenuItem value="">{t("as_account")}</MenuItem>
          {(Object.keys(LANGUAGES) as Language[]).map((one) => <MenuItem key={one} value={one} lang={one}>{LANGUAGES[one]}</MenuItem>)}
        </TextField>
        {canMail && (
          <TextField select label={t("digest")} value={digest} onChange={(event) => chooseDigest(event.target.value)}>
            {DIGESTS.map((one) => <MenuItem key={one} value={one}>{t(`digests.${one}`)}</MenuItem>)}
          </TextField>
        )}
        {canMail && digest === "daily" && (
          <>
            <TextField type="time" label={t("digest_at")} value={value.pace?.digest_at ?? "08:00"} onChange={(event) => pace({ digest_at: event.target.value })} slotProps={{ inputLabel: { shrink: true } }} />
            <TextField label={t("timezone")} value={value.pace?.timezone ?? "UTC"} onChange={(event) => pace({ timezone: event.target.value })} helperText={t("timezone_help")} />
          </>
        )}
      </Stack>
      <ProblemAlert error={save.error} />
      <Button type="submit" variant="contained" loading={save.isPending} disabled={!isChanged} sx={{ alignSelf: "flex-start" }}>{t("common:save")}</Button>
    </Stack>
  );
}
