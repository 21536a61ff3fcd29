import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { ProblemAlert } from "@/components/ProblemAlert";
import { Waiting } from "@/components/Waiting";
import { useWorkspace } from "@/lib/workspace";
import { BuilderRoot } from "./builder/BuilderRoot";
import { kindsQuery, pipelineQuery } from "./requests";
import { usePrepared } from "./usePrepared";

/** One pipeline, in the builder. */
export function PipelinePage() {
  const { t } = useTranslation("pipelines");
  const { slug } = useWorkspace();
  const { pipeline = "" } = useParams({ strict: false });
  const saved = useQuery(pipelineQuery(slug, pipeline));
  const kinds = useQuery(kindsQuery);
  const fault = saved.error ?? kinds.error;
  const isPrepared = usePrepared(pipeline, saved.data?.value.current.document, kinds.data);
  if (isPrepared && saved.data && kinds.data) return <BuilderRoot key={saved.data.value.id} saved={saved.data} address={pipeline} kinds={kinds.data} />;
  if (fault) return <Page><PageHeader title={t("one")} back={{ label: t("title"), to: "/w/$workspace/pipelines", params: { workspace: slug } }} /><ProblemAlert error={fault} onRetry={() => { void saved.refetch(); void kinds.refetch(); }} /></Page>;
  return <Waiting text={t("loading_pipeline")} />;
}
