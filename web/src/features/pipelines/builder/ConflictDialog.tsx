import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import Typography from "@mui/material/Typography";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { merge, valueOf } from "../model/compare";
import type { Kinds } from "../model/kinds";
import { isObject, patch } from "../model/yaml";
import { DiffView } from "../versions/DiffView";

export interface Newer {
  text: string;
  etag: string;
  version: number;
}

interface Props {
  base: string;
  mine: string;
  newer: Newer;
  kinds: Kinds;
  onTakeTheirs: () => void;
  /** Goes on with a text that stands on top of the newer version. */
  onMerge: (text: string, byHand: boolean) => void;
  onKeepMine: () => void;
  onClose: () => void;
}

/** Somebody else saved in the meantime: nothing is overwritten before one has seen what. */
export function ConflictDialog({ base, mine, newer, kinds, onTakeTheirs, onMerge, onKeepMine, onClose }: Props) {
  const { t } = useTranslation("pipelines");
  const merged = useMemo(() => {
    try {
      const { value, clashes } = merge(valueOf(base), valueOf(mine), valueOf(newer.text));
      return isObject(value) ? { text: patch(newer.text, value), clashes } : undefined;
    } catch {
      return undefined;
    }
  }, [base, mine, newer]);
  return (
    <Dialog open onClose={onClose} maxWidth="md" fullWidth aria-labelledby="conflict-title">
      <DialogTitle id="conflict-title">{t("conflict_title", { version: newer.version })}</DialogTitle>
      <DialogContent>
        <Typography sx={{ mb: 1.5 }}>{t("conflict_text")}</Typography>
        {merged && <Alert severity={merged.clashes.length > 0 ? "warning" : "success"} sx={{ mb: 1.5 }}>{merged.clashes.length > 0 ? t("conflict_clashes", { count: merged.clashes.length, places: merged.clashes.slice(0, 6).join(", ") }) : t("conflict_fits")}</Alert>}
        <Typography variant="h3" component="h3">{t("conflict_theirs")}</Typography>
        <DiffView from={base} to={newer.text} kinds={kinds} />
        <Typography variant="h3" component="h3" sx={{ mt: 2 }}>{t("conflict_mine")}</Typography>
        <DiffView from={base} to={mine} kinds={kinds} />
      </DialogContent>
      <DialogActions sx={{ gap: 1 }}>
        <Button onClick={onClose}>{t("conflict_later")}</Button>
        <Button onClick={onTakeTheirs}>{t("conflict_take")}</Button>
        <Button color="warning" onClick={onKeepMine}>{t("conflict_keep")}</Button>
        {merged && <Button variant="contained" autoFocus onClick={() => onMerge(merged.text, merged.clashes.length > 0)}>{merged.clashes.length > 0 ? t("conflict_hand") : t("conflict_merge")}</Button>}
      </DialogActions>
    </Dialog>
  );
}
