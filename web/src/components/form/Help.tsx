import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, sentences } from "./schema";

/** What is wrong, or else what the setting is for: its first sentence, and the rest on demand. */
export function Help({ schema, problem }: { schema: Schema; problem?: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const { first, rest } = sentences(schema.description);
  return (
    <Box component="span">
      {problem && <Box component="span" sx={{ display: "block", fontWeight: 600 }}>{problem}</Box>}
      <Marked text={open ? `${first} ${rest}` : first} />
      {rest && <>{" "}<Link component="button" type="button" variant="caption" onClick={() => setOpen(!open)} aria-expanded={open} sx={{ verticalAlign: "baseline" }}>{open ? t("close") : t("more")}</Link></>}
    </Box>
  );
}

/** Text in which words between backticks are code. */
export function Marked({ text }: { text: string }) {
  return (
    <>
      {text.split("`").map((part, index) => (index % 2 ? <code key={index}>{part}</code> : part))}
    </>
  );
}
