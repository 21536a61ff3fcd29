import Box from "@mui/material/Box";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { body, client } from "@/api/client";
import { FormDialog } from "@/components/FormDialog";
import { CopyButton } from "@/components/Once";
import { fieldProblem } from "@/components/fieldProblem";
import { type Account, refreshAccount } from "../useAccount";
import { QrCode } from "./QrCode";
import { RecoveryCodes } from "./RecoveryCodes";

/** In three steps: the password once more, the picture for the authenticator with its first code, the recovery codes. */
export function SetUpFactor({ account, onClose }: { account: Account; onClose: () => void }) {
  const { t } = useTranslation("account");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const start = useMutation({ mutationFn: () => body(client.POST("/api/v1/account/second-factor", { body: { password: password || undefined } })) });
  const finish = useMutation({ mutationFn: () => body(client.PUT("/api/v1/account/second-factor", { body: { code: code.replaceAll(/\s/g, "") } })), onSettled: refreshAccount });
  const wrong = fieldProblem(finish.error, "/code");
  if (finish.data) return <FormDialog title={t("factor_is_on")} onClose={onClose} shownOnce><RecoveryCodes codes={finish.data.codes} /></FormDialog>;
  if (start.data) {
    return (
      <FormDialog title={t("factor")} submit={t("factor_finish")} onSubmit={() => finish.mutate()} onClose={onClose} busy={finish.isPending} disabled={!/^\d{6}$/.test(code.replaceAll(/\s/g, ""))} error={finish.error}>
        <Box sx={{ display: "flex", gap: 3, flexWrap: "wrap", alignItems: "center" }}>
          <QrCode text={start.data.address} label={t("picture")} />
          <Box sx={{ flex: "1 1 220px", minWidth: 0 }}>
            <Typography gutterBottom>{t("scan")}</Typography>
            <Typography variant="body2" color="textSecondary" gutterBottom>{t("or_type")}</Typography>
            <Box component="code" sx={{ display: "block", overflowWrap: "anywhere", fontSize: 15, mb: 1, userSelect: "all" }}>{start.data.key.replace(/(.{4})(?=.)/g, "$1 ")}</Box>
            <CopyButton value={start.data.key} />
          </Box>
        </Box>
        <TextField label={t("code")} name="code" value={code} onChange={(event) => setCode(event.target.value)} autoComplete="one-time-code" autoFocus required error={wrong !== undefined} helperText={wrong ?? t("code_help")} slotProps={{ htmlInput: { inputMode: "numeric" } }} />
      </FormDialog>
    );
  }
  return (
    <FormDialog title={t("factor")} submit={t("next")} onSubmit={() => start.mutate()} onClose={onClose} busy={start.isPending} disabled={account.has_password && !password} error={start.error}>
      <Typography>{t("factor_steps")}</Typography>
      {account.has_password && <TextField label={t("password")} type="password" name="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} error={fieldProblem(start.error, "/password") !== undefined} helperText={fieldProblem(start.error, "/password") ?? t("password_once_more")} autoFocus required />}
    </FormDialog>
  );
}
