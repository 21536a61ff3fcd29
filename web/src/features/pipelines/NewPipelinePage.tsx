import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { FileUp } from "lucide-react";
import { useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState";
import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { ProblemAlert } from "@/components/ProblemAlert";
import { Waiting } from "@/components/Waiting";
import { useWorkspace } from "@/lib/workspace";
import { BuilderRoot } from "./builder/BuilderRoot";
import { Examples } from "./fresh/Examples";
import { Gallery } from "./fresh/Gallery";
import { Setup } from "./fresh/Setup";
import { emptyDocument, ofSource, sampleDocument, STARTERS } from "./fresh/starters";
import { kindsQuery } from "./requests";
import { useFirstNode } from "./useFirstNode";
import { connectionsQuery } from "@/lib/connections";
import { newName } from "@/lib/newName";
import { usePipelines } from "@/lib/usePipelines";
import { uploadQuery } from "@/lib/uploads";

/** How a pipeline begins: with nothing, a good beginning, an example or a file; then it is built. */
export function NewPipelinePage() {
  const { t } = useTranslation("pipelines");
  const { slug, may } = useWorkspace();
  const navigate = useNavigate();
  const { template, upload, sample, connection, settings } = useSearch({ strict: false });
  const [text, setText] = useState<string>();
  const file = useRef<HTMLInputElement>(null);
  const kinds = useQuery(kindsQuery);
  const uploaded = useQuery({ ...uploadQuery(slug, upload ?? ""), enabled: upload !== undefined });
  const starter = STARTERS.find((one) => one.key === template);
  const connections = useQuery({ ...connectionsQuery(slug), enabled: connection !== undefined });
  const chosen = connections.data?.find((one) => one.name === connection);
  const pipelines = usePipelines(slug);
  const free = useCallback((wanted: string) => newName(pipelines.data ?? [], wanted), [pipelines.data]);
  const looked = useMemo(() => {
    if (!pipelines.data) return undefined;
    if (chosen) return ofSource(free(chosen.name), chosen.connector, chosen.name, settings ?? {});
    if (!uploaded.data) return undefined;
    const { name, path } = uploaded.data;
    const stem = free(name.replace(/\.[^.]*$/, ""));
    return sample !== undefined ? sampleDocument(stem, path, sample, t) : ofSource(stem, "file", undefined, { path, ...settings });
  }, [pipelines.data, free, chosen, uploaded.data, settings, sample, t]);
  const begun = text ?? looked;
  const isAimed = useFirstNode(begun, kinds.data);
  const open = (next: string | undefined) => void navigate({ to: ".", search: (old) => ({ ...old, template: next }), replace: true });

  if (!may("editor")) return <Page><EmptyState isPage title={t("new_editors")} /></Page>;
  if (begun !== undefined && kinds.data && isAimed) return <BuilderRoot kinds={kinds.data} fresh={begun} />;
  if ((begun !== undefined && !isAimed && !kinds.error) || (upload !== undefined && uploaded.isPending) || (connection !== undefined && connections.isPending) || ((upload ?? connection) !== undefined && pipelines.isPending)) return <Waiting text={t("loading_pipeline")} />;
  return (
    <Page>
      <PageHeader
        title={t("new_title")}
        text={t("new_text")}
        back={{ label: t("title"), to: "/w/$workspace/pipelines", params: { workspace: slug } }}
        actions={
          <>
            <Button variant="outlined" startIcon={<FileUp size={16} />} onClick={() => file.current?.click()}>{t("import")}</Button>
            <input ref={file} type="file" accept=".yaml,.yml,.json" hidden onChange={(event) => { void event.target.files?.[0]?.text().then(setText); event.target.value = ""; }} />
            <Button variant="contained" onClick={() => setText(emptyDocument(free(t("new_name"))))}>{t("new_empty")}</Button>
          </>
        }
      />
      <ProblemAlert error={uploaded.error ?? connections.error ?? kinds.error ?? pipelines.error} onRetry={() => { void kinds.refetch(); void pipelines.refetch(); if (upload) void uploaded.refetch(); if (connection) void connections.refetch(); }} />
      <Gallery onOpen={(one) => open(one.key)} />
      <Typography variant="h2" gutterBottom>{t("examples")}</Typography>
      <Examples onUse={setText} />
      {starter && <Setup key={starter.key} slug={slug} free={free} starter={starter} onReady={setText} onClose={() => open(undefined)} />}
    </Page>
  );
}
