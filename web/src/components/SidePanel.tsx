import Box from "@mui/material/Box";
import Drawer from "@mui/material/Drawer";
import IconButton from "@mui/material/IconButton";
import Typography from "@mui/material/Typography";
import { X } from "lucide-react";
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  title: string;
  text?: ReactNode;
  width?: number;
  onClose: () => void;
  children: ReactNode;
}

/** Something from near, beside the list it is from. Escape closes it; on a phone it takes all of the screen. */
export function SidePanel({ title, text, width = 480, onClose, children }: Props) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Drawer anchor="right" open onClose={onClose} sx={{ zIndex: "modal" }} slotProps={{ paper: { sx: { width, maxWidth: "100vw" }, role: "dialog", "aria-labelledby": id } }}>
      <Box sx={{ p: { xs: 2, sm: 3 }, minWidth: 0 }}>
        <Box sx={{ display: "flex", gap: 1, alignItems: "flex-start", mb: 1.5 }}>
          <Box sx={{ flex: 1, minWidth: 0 }}>
            <Typography id={id} variant="h2" sx={{ overflowWrap: "anywhere" }}>{title}</Typography>
            {text && <Typography variant="body2" color="textSecondary" component="div">{text}</Typography>}
          </Box>
          <IconButton onClick={onClose} aria-label={t("close")} sx={{ mt: -0.75 }}><X size={18} /></IconButton>
        </Box>
        {children}
      </Box>
    </Drawer>
  );
}
