import Box from "@mui/material/Box";
import Tooltip from "@mui/material/Tooltip";
import { Lock } from "lucide-react";
import { useTranslation } from "react-i18next";

/** Says that only some people see and use the connection. */
export function RestrictedMark() {
  const { t } = useTranslation("connections");
  return (
    <Tooltip title={t("restricted_help")}>
      <Box component="span" role="img" aria-label={t("restricted")} sx={{ display: "inline-flex", color: "text.secondary" }}><Lock size={14} /></Box>
    </Tooltip>
  );
}
