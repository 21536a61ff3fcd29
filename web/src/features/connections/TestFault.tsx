import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import { useTranslation } from "react-i18next";
import { Marked } from "@/components/Marked";
import { capitalized } from "@/lib/errors";
import { say } from "@/lib/sayings";

/** Why a test of a connection failed, and what to do. */
export function TestFault({ fault }: { fault: { message?: string | null; hint?: string | null } }) {
  const { t } = useTranslation("connections");
  return (
    <Alert severity="error">
      <Box sx={{ fontWeight: 600, overflowWrap: "anywhere" }}><Marked text={fault.message ? capitalized(say(fault.message)) : t("test.fails")} /></Box>
      {fault.hint && <Box sx={{ mt: 0.5, overflowWrap: "anywhere" }}><Marked text={capitalized(say(fault.hint))} /></Box>}
    </Alert>
  );
}
