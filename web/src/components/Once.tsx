import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { Check, Copy, Download } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { copyText } from "@/lib/clipboard";
import { useToasts } from "./Toasts";

interface Props {
  /** What it is, and that it is not shown again. */
  text: ReactNode;
  value: string;
  /** What the value is called, for whoever hears the page. */
  label: string;
  /** Offers it as a file of that name. */
  file?: string;
  saveWord?: string;
}

/** Copies a text; says so for a moment. */
export function CopyButton({ value, size = "small" }: { value: string; size?: "small" | "medium" }) {
  const { t } = useTranslation();
  const toasts = useToasts();
  const [copied, setCopied] = useState(false);
  const said = () => {
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return <Button size={size} variant="outlined" startIcon={copied ? <Check size={16} /> : <Copy size={16} />} onClick={() => void copyText(value).then(said, toasts.failed)} aria-live="polite">{copied ? t("copied") : t("copy")}</Button>;
}

/** A secret that is shown this one time: to copy, or to keep as a file. */
export function Once({ text, value, label, file, saveWord }: Props) {
  const [address] = useState(() => file && URL.createObjectURL(new Blob([`${value}\n`], { type: "text/plain" })));
  return (
    <Box>
      <Alert severity="warning" sx={{ mb: 1.5 }}>{text}</Alert>
      <Box component="pre" tabIndex={0} role="textbox" aria-readonly aria-multiline aria-label={label} sx={{ m: 0, p: 1.5, border: 1, borderColor: "divider", borderRadius: 1, bgcolor: "action.hover", fontSize: 13, fontFamily: "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace", whiteSpace: "pre-wrap", overflowWrap: "anywhere", userSelect: "all" }}>{value}</Box>
      <Box sx={{ display: "flex", gap: 1, mt: 1.5, flexWrap: "wrap" }}>
        <CopyButton value={value} />
        {address && <Button size="small" variant="outlined" startIcon={<Download size={16} />} href={address} download={file}>{saveWord}</Button>}
      </Box>
    </Box>
  );
}
