import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import useMediaQuery from "@mui/material/useMediaQuery";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { ProblemAlert } from "./ProblemAlert";
import { useLeaveGuard } from "./useLeaveGuard";

interface Props {
  title: string;
  /** The deed; without it there is nothing to send, only to close. */
  submit?: string;
  onSubmit?: () => void;
  onClose: () => void;
  busy?: boolean;
  disabled?: boolean;
  error?: unknown;
  /** Something is typed that would be lost: then it is asked before the dialog closes without a deed. */
  changed?: boolean;
  /** Whether the alert lists places; forms that show them at fields do not want it. */
  places?: boolean;
  /** More deeds, left of the main one. */
  extra?: ReactNode;
  wide?: boolean;
  /** What it shows is not shown again: it closes by its button, not by a slip of the hand. */
  shownOnce?: boolean;
  children: ReactNode;
}

/** A form that is asked for, on small screens a page of its own. */
export function FormDialog({ title, submit, onSubmit, onClose, busy = false, disabled = false, error, changed = false, places = false, extra, wide = false, shownOnce = false, children }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const narrow = useMediaQuery("(max-width: 600px)");
  const guarded = useLeaveGuard(changed);
  const close = () => guarded(onClose);
  const form = useRef<HTMLFormElement>(null);
  // What is to be mended may be out of sight: the form may be long.
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [error]);
  return (
    <Dialog open onClose={shownOnce ? undefined : close} fullScreen={narrow} fullWidth maxWidth={wide ? "md" : "sm"} aria-labelledby={id}>
      <Box component="form" ref={form} noValidate sx={{ display: "flex", flexDirection: "column", minHeight: 0, flex: 1 }} onSubmit={(event) => { event.preventDefault(); onSubmit?.(); }}>
        <DialogTitle id={id}>{title}</DialogTitle>
        <DialogContent sx={{ display: "flex", flexDirection: "column", gap: 2, pt: "8px !important" }}>
          {children}
          <ProblemAlert error={error} places={places} />
        </DialogContent>
        <DialogActions>
          {extra}
          <Button onClick={close}>{submit ? t("cancel") : t("close")}</Button>
          {submit && <Button type="submit" variant="contained" loading={busy} disabled={disabled}>{submit}</Button>}
        </DialogActions>
      </Box>
    </Dialog>
  );
}
