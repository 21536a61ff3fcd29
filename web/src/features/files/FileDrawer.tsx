import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Copy, Download, Workflow } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { LinkButton, TextLink } from "@/components/links";
import { ProblemAlert } from "@/components/ProblemAlert";
import { SidePanel } from "@/components/SidePanel";
import { useCopy } from "@/components/useCopy";
import { ListSkeleton } from "@/components/Waiting";
import { formatBytes, formatTime } from "@/lib/format";
import type { Settings } from "@/lib/streams";
import { useDebounced } from "@/lib/useDebounced";
import { useWorkspace } from "@/lib/workspace";
import { contentUrl, inspectedQuery, type UploadView, withoutFile } from "./api";
import { Content } from "./Content";
import { uploadQuery } from "@/lib/uploads";

/** A file from near: what is in it, and how pipelines read it. */
export function FileDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("files");
  const { slug } = useWorkspace();
  const { data, error, refetch } = useQuery(uploadQuery(slug, id));
  return (
    <SidePanel title={data?.name ?? t("one")} text={data && `${formatBytes(data.size)} · ${formatTime(data.created_at)}`} width={900} onClose={onClose}>
      <ProblemAlert error={error} onRetry={() => void refetch()} />
      {!data && !error && <ListSkeleton rows={4} text={t("loading_one")} />}
      {data && <Inside upload={data} />}
    </SidePanel>
  );
}

function Inside({ upload }: { upload: UploadView }) {
  const { t } = useTranslation("files");
  const { slug, may } = useWorkspace();
  const [settings, setSettings] = useState<Settings>({});
  const said = useDebounced(settings, 600);
  const inspected = useQuery({ ...inspectedQuery(slug, upload.id, said), placeholderData: keepPreviousData });
  const copy = useCopy();
  // What was found is written down, so that a later file that is built otherwise is noticed.
  const chosen = inspected.data && !inspected.error ? withoutFile(inspected.data.node as Settings) : Object.keys(settings).length > 0 ? settings : undefined;
  return (
    <>
      <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap", mb: 2.5 }}>
        {may("editor") && <LinkButton variant="contained" to="/w/$workspace/pipelines/new" params={{ workspace: slug }} search={{ upload: upload.id, settings: chosen }} startIcon={<Workflow size={16} />}>{t("make_pipeline")}</LinkButton>}
        <Button component="a" href={contentUrl(slug, upload.id)} download={upload.name} startIcon={<Download size={16} />}>{t("download")}</Button>
      </Box>
      {upload.used_by.length > 0 && (
        <Box sx={{ mb: 1.5 }}>
          <Typography variant="body2" color="textSecondary">{t("read_by", { count: upload.used_by.length })}</Typography>
          <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0, display: "flex", flexWrap: "wrap", columnGap: 2 }}>
            {upload.used_by.map((use) => <li key={use.id}><TextLink to="/w/$workspace/pipelines/$pipeline" params={{ workspace: slug, pipeline: use.name }} sx={{ fontWeight: 600 }}>{use.name}</TextLink></li>)}
          </Box>
        </Box>
      )}
      <Fact name={t("path")} help={t("path_help")} value={upload.path} onCopy={() => copy(upload.path)} />
      <Fact name="SHA-256" value={upload.sha256} onCopy={() => copy(upload.sha256)} />
      <Content upload={upload} inspected={inspected} settings={settings} onChange={setSettings} onCopy={copy} mayRead={may("editor")} />
    </>
  );
}

function Fact({ name, help, value, onCopy }: { name: string; help?: string; value: string; onCopy: () => void }) {
  const { t } = useTranslation("files");
  return (
    <Box sx={{ mb: 1.5 }}>
      <Typography variant="body2" color="textSecondary">{name}{help && ` – ${help}`}</Typography>
      <Box sx={{ display: "flex", gap: 0.5, alignItems: "center" }}>
        <Box component="code" sx={{ minWidth: 0, overflowWrap: "anywhere", fontSize: 12.5, bgcolor: "action.hover", borderRadius: 0.5, px: 0.75, py: 0.25 }}>{value}</Box>
        <Tooltip title={t("common:copy")}><IconButton size="small" aria-label={t("copy_what", { name })} onClick={onCopy}><Copy size={14} /></IconButton></Tooltip>
      </Box>
    </Box>
  );
}
