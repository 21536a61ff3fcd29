import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import TextField from "@mui/material/TextField";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { body, client } from "@/api/client";
import { queries } from "@/api/query";
import { FormDialog } from "@/components/FormDialog";
import { Facts, Panel } from "@/components/Panel";
import { useToasts } from "@/components/Toasts";
import { fieldProblem } from "@/components/fieldProblem";
import { formatNumber, formatTime } from "@/lib/format";
import { type Account, refreshAccount } from "../useAccount";
import { RecoveryCodes } from "./RecoveryCodes";
import { SetUpFactor } from "./SetUpFactor";

/** A code of an authenticator besides the password. */
export function SecondFactor({ account }: { account: Account }) {
  const { t } = useTranslation("account");
  const [open, setOpen] = useState<"set" | "remove" | "codes" | null>(null);
  const since = account.second_factor_since;
  const close = () => setOpen(null);
  return (
    <Panel title={t("factor")} text={t("factor_text")} action={since ? <Chip color="success" label={t("factor_on")} /> : <Button variant="contained" onClick={() => setOpen("set")}>{t("factor_set")}</Button>}>
      {since && (
        <>
          <Facts facts={[[t("factor_since"), formatTime(since)], [t("codes_left"), formatNumber(account.recovery_codes_left)]]} />
          <Button size="small" variant="outlined" onClick={() => setOpen("codes")} sx={{ mt: 2, mr: 1 }}>{t("new_codes")}</Button>
          <Button size="small" variant="outlined" color="error" onClick={() => setOpen("remove")} sx={{ mt: 2 }}>{t("factor_remove")}</Button>
        </>
      )}
      {open === "set" && <SetUpFactor account={account} onClose={close} />}
      {open === "codes" && <NewCodes account={account} onClose={close} />}
      {open === "remove" && <Remove account={account} onClose={close} />}
    </Panel>
  );
}

function NewCodes({ account, onClose }: { account: Account; onClose: () => void }) {
  const { t } = useTranslation("account");
  const [password, setPassword] = useState("");
  const make = useMutation({ mutationFn: () => body(client.POST("/api/v1/account/recovery-codes", { body: { password: password || undefined } })), onSettled: refreshAccount });
  if (make.data) return <FormDialog title={t("codes")} onClose={onClose} shownOnce><RecoveryCodes codes={make.data.codes} /></FormDialog>;
  return (
    <FormDialog title={t("new_codes")} submit={t("new_codes")} onSubmit={() => make.mutate()} onClose={onClose} busy={make.isPending} disabled={account.has_password && !password} error={make.error}>
      {t("new_codes_text")}
      {account.has_password && <TextField label={t("password")} type="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} error={fieldProblem(make.error, "/password") !== undefined} helperText={fieldProblem(make.error, "/password")} autoFocus required />}
    </FormDialog>
  );
}

function Remove({ account, onClose }: { account: Account; onClose: () => void }) {
  const { t } = useTranslation("account");
  const toasts = useToasts();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const remove = useMutation({
    mutationFn: () => client.DELETE("/api/v1/account/second-factor", { body: { password: password || undefined, code: code.trim() } }),
    onSuccess: async () => {
      toasts.done(t("factor_removed"));
      onClose();
      await Promise.all([refreshAccount(), queries.invalidateQueries({ queryKey: ["sessions"] })]);
    },
  });
  const wrong = (field: string) => fieldProblem(remove.error, `/${field}`);
  return (
    <FormDialog title={t("factor_remove")} submit={t("factor_remove")} onSubmit={() => remove.mutate()} onClose={onClose} busy={remove.isPending} disabled={!code.trim() || (account.has_password && !password)} error={remove.error}>
      {t("factor_remove_text")}
      {account.has_password && <TextField label={t("password")} type="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} error={wrong("password") !== undefined} helperText={wrong("password")} autoFocus required />}
      <TextField label={t("code")} autoComplete="one-time-code" value={code} onChange={(event) => setCode(event.target.value)} error={wrong("code") !== undefined} helperText={wrong("code") ?? t("code_or_recovery")} required />
    </FormDialog>
  );
}
