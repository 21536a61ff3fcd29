import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Marked } from "@/components/Marked";
import { useServerWords } from "@/lib/serverWords";
import { sentences } from "@/lib/sentences";
import { human, type Schema } from "./schema";

interface Props {
  schema: Schema;
  problem?: string;
  /** The setting, where its label is made of it. */
  name?: string;
}

/**
 * What is wrong, and what the setting is for: its first sentence, and the rest on demand. Where the label says the setting
 * in another language, its name in documents comes first.
 */
export function Help({ schema, problem, name }: Props) {
  const { t } = useTranslation();
  const words = useServerWords();
  const [open, setOpen] = useState(false);
  const { first, rest } = sentences(schema.description && words.text(schema.description));
  const label = name === undefined ? undefined : words.label(name, schema.description);
  return (
    <Box component="span">
      {problem && <Box component="span" sx={{ display: "block", fontWeight: 600 }}><Marked text={problem} /></Box>}
      {label !== undefined && name !== undefined && label !== human(name) && <><code>{name}</code>{first && " · "}</>}
      <Marked text={open ? `${first} ${rest}` : first} />
      {rest && <>{" "}<Link component="button" type="button" variant="caption" onClick={() => setOpen(!open)} aria-expanded={open} sx={{ verticalAlign: "baseline" }}>{open ? t("close") : t("more")}</Link></>}
    </Box>
  );
}
