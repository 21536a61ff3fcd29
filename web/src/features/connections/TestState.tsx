import Box from "@mui/material/Box";
import Tooltip from "@mui/material/Tooltip";
import { CircleCheck, CircleDashed, CircleX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { TimeText } from "@/components/TimeText";
import { say } from "@/lib/sayings";
import { type Connection, faultOf } from "./api";

/** How the last test of a connection went, and when it was. */
export function TestState({ connection }: { connection: Pick<Connection, "tested_at" | "test_fault"> }) {
  const { t } = useTranslation("connections");
  const fault = faultOf(connection);
  const [Icon, color, word] = !connection.tested_at ? ([CircleDashed, "text.secondary", t("test.never")] as const) : fault ? ([CircleX, "error.main", t("test.fails")] as const) : ([CircleCheck, "success.main", t("test.works")] as const);
  const mark = (
    <Box component="span" sx={{ display: "inline-flex", gap: 0.75, alignItems: "center", verticalAlign: "middle", color, fontWeight: 600, whiteSpace: "nowrap" }}>
      <Icon size={16} aria-hidden />
      {word}
    </Box>
  );
  return (
    <Box component="span" sx={{ display: "inline-flex", gap: 1, alignItems: "center", verticalAlign: "middle", flexWrap: "wrap" }}>
      {fault ? <Tooltip title={[fault.message, fault.hint].flatMap((words) => (words ? [say(words)] : [])).join(" — ")}>{mark}</Tooltip> : mark}
      {connection.tested_at && <Box component="span" sx={{ color: "text.secondary", fontSize: 13, whiteSpace: "nowrap" }}><TimeText at={connection.tested_at} /></Box>}
    </Box>
  );
}
