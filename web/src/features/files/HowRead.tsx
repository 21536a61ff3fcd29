import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { Copy } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { stringify } from "yaml";
import type { Schema } from "@/components/form/schema";
import { SchemaForm } from "@/components/form/SchemaForm";
import { ProblemAlert } from "@/components/ProblemAlert";
import { ListSkeleton } from "@/components/Waiting";
import { nodeTypeQuery } from "@/lib/connectors";
import type { Settings } from "@/lib/streams";

/** Settings that are about folders and later runs, not about what is in a file. */
const ELSEWHERE = ["path", "dates", "pick", "at_most", "settled", "read", "together", "after", "due", "file_columns"];

interface Props {
  path: string;
  settings: Settings;
  /** The node that says what was found, where it is known. */
  found: Settings | undefined;
  onChange: (settings: Settings) => void;
  onCopy: (text: string) => void;
}

/** How a file is read, to say what cannot be found out; and the same as a node of a pipeline. */
export function HowRead({ path, settings, found, onChange, onCopy }: Props) {
  const { t } = useTranslation("files");
  const { data, error, refetch } = useQuery(nodeTypeQuery("file"));
  const node = useMemo(() => stringify({ file: found ?? { source: "file", path, ...settings } }), [path, settings, found]);
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!data) return <ListSkeleton rows={4} text={t("loading_how")} />;
  const schema = ((data.schemas as unknown as { source?: Schema }).source ?? {}) as Schema;
  return (
    <Box sx={{ display: "grid", gap: 3, gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "minmax(0, 1fr) minmax(0, 1fr)" }, alignItems: "start" }}>
      <Box>
        <Typography variant="body2" color="textSecondary" sx={{ mb: 2 }}>{t("how_text")}</Typography>
        <SchemaForm schema={{ ...schema, required: [] }} value={settings} onChange={onChange} hide={ELSEWHERE} />
      </Box>
      <Box sx={{ position: { md: "sticky" }, top: 16 }}>
        <Box sx={{ display: "flex", alignItems: "center", mb: 1 }}>
          <Typography variant="h3" sx={{ flex: 1 }}>{t("as_node")}</Typography>
          <Button size="small" startIcon={<Copy size={14} />} onClick={() => onCopy(node)}>{t("common:copy")}</Button>
        </Box>
        <Box component="pre" tabIndex={0} aria-label={t("as_node")} sx={{ m: 0, p: 1.5, overflow: "auto", maxHeight: 480, bgcolor: "action.hover", borderRadius: 1, fontSize: 12.5, lineHeight: 1.55 }}>{node}</Box>
        {Object.keys(settings).length > 0 && <Button size="small" sx={{ mt: 1 }} onClick={() => onChange({})}>{t("find_out_again")}</Button>}
      </Box>
    </Box>
  );
}
