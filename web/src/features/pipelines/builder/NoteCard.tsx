import Box from "@mui/material/Box";
import InputBase from "@mui/material/InputBase";
import type { NodeProps } from "@xyflow/react";
import { useTranslation } from "react-i18next";

export interface NoteData extends Record<string, unknown> {
  text: string;
  onChange: ((text: string) => void) | undefined;
}

/** A note on the canvas: people explain to people. */
export function NoteCard({ data, selected }: NodeProps & { data: NoteData }) {
  const { t } = useTranslation("pipelines");
  return (
    <Box sx={{ width: 216, minHeight: 56, p: 1, pt: 1.5, bgcolor: "background.paper", borderRadius: 1, border: 1, borderColor: selected ? "primary.main" : "divider", borderTop: "5px solid", borderTopColor: "secondary.main", fontSize: 13 }}>
      <InputBase
        className="nodrag nokey"
        multiline
        fullWidth
        value={data.text}
        readOnly={!data.onChange}
        placeholder={t("note_placeholder")}
        onChange={(event) => data.onChange?.(event.target.value)}
        inputProps={{ "aria-label": t("note") }}
        sx={{ fontSize: 13, lineHeight: 1.45, p: 0 }}
      />
    </Box>
  );
}
