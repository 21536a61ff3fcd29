import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import { useTranslation } from "react-i18next";

const KEYS = [
  ["/, A", "insert"], ["← ↑ → ↓", "move"], ["Shift ← ↑ → ↓", "extend"], ["Ctrl ← ↑ → ↓", "shift"], ["Ctrl Shift ← ↑ → ↓", "shift_far"], ["Tab, Ctrl Space", "toggle"], ["Enter", "form"], ["Delete", "delete"], ["Ctrl Z", "undo"], ["Ctrl Y", "redo"], ["Ctrl C, Ctrl V", "copy"], ["Ctrl A", "all"], ["Shift", "many"], ["Ctrl S", "save"], ["Ctrl Enter", "preview"], ["Esc", "none"], ["?", "keys"],
] as const;

export function KeysDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("pipelines");
  return (
    <Dialog open onClose={onClose} maxWidth="xs" fullWidth aria-labelledby="keys-title">
      <DialogTitle id="keys-title">{t("keys_title")}</DialogTitle>
      <DialogContent tabIndex={0}>
        <Box component="dl" sx={{ display: "grid", gridTemplateColumns: "auto 1fr", columnGap: 2, rowGap: 1, m: 0, "& dd": { m: 0 }, "& kbd": { fontFamily: "inherit", fontSize: 12.5, fontWeight: 600, border: 1, borderColor: "divider", borderRadius: 0.75, px: 0.75, py: 0.25, whiteSpace: "nowrap" } }}>
          {KEYS.map(([key, what]) => [<dt key={`${what}-key`}><kbd>{key}</kbd></dt>, <dd key={what}>{t(`key.${what}`)}</dd>])}
        </Box>
      </DialogContent>
      <DialogActions><Button onClick={onClose} autoFocus>{t("common:close")}</Button></DialogActions>
    </Dialog>
  );
}
