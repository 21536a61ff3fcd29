import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { UploadCloud } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

/** Where files are dropped or chosen. */
export function DropZone({ onFiles }: { onFiles: (files: Iterable<File>) => void }) {
  const { t } = useTranslation("files");
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(0);
  const drag = (step: number) => (event: DragEvent) => {
    event.preventDefault();
    setOver((count) => Math.max(0, count + step));
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(0);
    // A folder that is dropped is no file; its entry has no content.
    const files = [...event.dataTransfer.items].flatMap((item) => (item.kind === "file" && item.webkitGetAsEntry()?.isDirectory !== true ? [item.getAsFile()] : [])).filter((file) => file !== null);
    if (files.length > 0) onFiles(files);
  };
  return (
    <Box
      role="group"
      aria-label={t("upload")}
      onDragEnter={drag(1)}
      onDragLeave={drag(-1)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={drop}
      sx={{ display: "flex", gap: 2, alignItems: "center", flexWrap: "wrap", p: 2.5, mb: 2.5, border: 2, borderStyle: "dashed", borderColor: over > 0 ? "primary.main" : "divider", borderRadius: 1.5, bgcolor: over > 0 ? "action.hover" : "background.paper" }}
    >
      <Box aria-hidden sx={{ color: "primary.main", display: "inline-flex" }}><UploadCloud size={28} /></Box>
      <Box sx={{ flex: "1 1 240px" }}>
        <Typography sx={{ fontWeight: 650 }}>{t("drop")}</Typography>
        <Typography variant="body2" color="textSecondary">{t("formats")}</Typography>
      </Box>
      <Button variant="contained" onClick={() => input.current?.click()}>{t("choose")}</Button>
      <input ref={input} type="file" multiple hidden aria-label={t("choose")} onChange={(event) => { onFiles([...(event.target.files ?? [])]); event.target.value = ""; }} />
    </Box>
  );
}
