import Box from "@mui/material/Box";
import { CloudOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLiveState } from "@/lib/useLive";

/** Says that what is seen may be old, while the server cannot be reached. */
export function LiveMark() {
  const { t } = useTranslation();
  const state = useLiveState();
  if (state !== "lost") return null;
  return (
    <Box role="status" sx={{ display: "inline-flex", alignItems: "center", gap: 0.75, color: "warning.main", fontWeight: 600, fontSize: 13 }}>
      <CloudOff size={16} aria-hidden /> {t("live_lost")}
    </Box>
  );
}
