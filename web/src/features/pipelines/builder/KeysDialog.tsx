import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import { useTranslation } from "react-i18next";

const KEYS = [
  ["/, A", "insert"], ["← ↑ → ↓", "move"], ["Shift ← ↑ → ↓", "extend"], ["Ctrl ← ↑ → ↓", "shift"], ["Ctrl Shift ← ↑ → ↓", "shift_far"], ["Tab, Ctrl Space", "toggle"], ["Enter", "form"], ["Delete", "delete"], ["Ctrl Z", "undo"], ["Ctrl Y", "redo"], ["Ctrl C, Ctrl V", "copy"], ["Ctrl A", "all"], ["Shift drag", "many"], ["Ctrl S", "save"], ["Ctrl Enter", "preview"], ["Esc", "none"], ["?", "keys"],
] as const;
/** What is written otherwise on keyboards of other languages. */
const NAMED = /Shift|Space|Enter|Delete|Esc|drag/g;

export function KeysDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("pipelines");
  return (
    <Dialog open onClose={onClose} maxWidth="sm" fullWidth aria-labelledby="keys-title">
      <DialogTitle id="keys-title">{t("keys_title")}</DialogTitle>
      <DialogContent tabIndex={0}>
        <Box component="dl" sx={{ display: "grid", gridTemplateColumns: "auto 1fr", columnGap: 2, rowGap: 1, m: 0, "& dt": { display: "flex", gap: 0.5, flexWrap: "wrap", alignItems: "flex-start" }, "& dd": { m: 0 }, "& kbd": { fontFamily: "inherit", fontSize: 12.5, fontWeight: 600, border: 1, borderColor: "divider", borderRadius: 0.75, px: 0.75, py: 0.25, whiteSpace: "nowrap" } }}>
          {KEYS.map(([key, what]) => [<dt key={`${what}-key`}>{key.split(", ").map((one) => <kbd key={one}>{one.replace(NAMED, (name) => t(`key_name.${name.toLowerCase()}`))}</kbd>)}</dt>, <dd key={what}>{t(`key.${what}`)}</dd>])}
        </Box>
      </DialogContent>
      <DialogActions><Button onClick={onClose} autoFocus>{t("common:close")}</Button></DialogActions>
    </Dialog>
  );
}
