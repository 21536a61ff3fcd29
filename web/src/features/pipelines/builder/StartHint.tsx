import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { Plus, Workflow } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState";
import { useBuilder } from "./context";

/** What stands on an empty canvas: how to begin. */
export function StartHint({ onInsert }: { onInsert: () => void }) {
  const { t } = useTranslation("pipelines");
  const { mayEdit } = useBuilder();
  const button = useRef<HTMLButtonElement>(null);
  // What was pressed to come here is gone: keys go on where the work goes on. Who types elsewhere stays there.
  useEffect(() => {
    if (document.activeElement === document.body) button.current?.focus();
  }, []);
  return (
    <Box sx={{ position: "absolute", inset: 0, display: "grid", placeItems: "center", pointerEvents: "none", "& button": { pointerEvents: "auto" } }}>
      <EmptyState icon={<Workflow />} title={t("empty_canvas")} text={t("empty_canvas_text")} action={mayEdit && <Button ref={button} variant="contained" startIcon={<Plus size={16} />} onClick={onInsert}>{t("add_node")}</Button>} />
    </Box>
  );
}
