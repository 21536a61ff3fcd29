import Box from "@mui/material/Box";
import { CloudOff } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLiveState } from "@/lib/useLive";

/** A connection that is lost for less than this comes back before anybody has read the words, in milliseconds. */
const PATIENCE = 1500;

/** Says above every page that what is seen may be old, while the server cannot be reached. */
export function LiveMark() {
  const { t } = useTranslation();
  const isLost = useLiveState() === "lost";
  const [isLong, setIsLong] = useState(false);
  useEffect(() => {
    if (!isLost) return undefined;
    const timer = setTimeout(() => setIsLong(true), PATIENCE);
    return () => {
      clearTimeout(timer);
      setIsLong(false);
    };
  }, [isLost]);
  return (
    <Box role="status" sx={{ position: "sticky", top: 52, zIndex: "appBar" }}>
      {isLost && isLong && (
        <Box sx={{ display: "flex", alignItems: "center", gap: 1, px: { xs: 2, sm: 3 }, py: 0.75, bgcolor: "warning.main", color: "warning.contrastText", fontWeight: 600, fontSize: 13 }}>
          <Box component={CloudOff} size={16} aria-hidden sx={{ flexShrink: 0 }} /> {t("live_lost")}
        </Box>
      )}
    </Box>
  );
}
