import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Alert from "@mui/material/Alert";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Cable } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Api } from "@/api/client";
import { Problem } from "@/api/problem";
import { queries } from "@/api/query";
import { EmptyState } from "@/components/EmptyState";
import { LinkButton } from "@/components/links";
import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { ListSkeleton } from "@/components/Waiting";
import { connectionSchema, nodeTypeQuery } from "@/lib/connectors";
import { useServerWords } from "@/lib/serverWords";
import { useWorkspace } from "@/lib/workspace";
import { connectionQuery, createConnection, isSame, otherFindings, testSettings } from "./api";
import { Catalogue } from "./Catalogue";
import { ConnectionForm, type Draft, draftOf, sent } from "./ConnectionForm";
import { ConnectorDocs } from "./ConnectorDocs";
import { FormFoot } from "./FormFoot";
import { TestSteps } from "./TestSteps";
import { useTest } from "./useTest";
import { useLeaveGuard } from "@/components/useLeaveGuard";

/** What is chosen behind `?`: another one takes the form away. */
const WHICH = ["connector", "like"];

/** A new connection: first which connector, then its form beside its page. */
export function NewConnectionPage() {
  const { t } = useTranslation("connections");
  const { slug, may } = useWorkspace();
  const navigate = useNavigate();
  const words = useServerWords();
  const { connector, like } = useSearch({ from: "/inside/w/$workspace/connections/new" });
  const model = useQuery({ ...connectionQuery(slug, like ?? ""), enabled: like !== undefined });
  const name = connector ?? model.data?.value.connector;
  const type = useQuery({ ...nodeTypeQuery(name ?? ""), enabled: name !== undefined });
  const back = { label: t("title"), to: "/w/$workspace/connections", params: { workspace: slug } } as const;
  if (!may("editor")) {
    return (
      <Page>
        <PageHeader title={t("new")} back={back} />
        <EmptyState icon={<Cable />} title={t("new_editors")} text={t("new_editors_text")} />
      </Page>
    );
  }
  if (!connector && !like) {
    return (
      <Page>
        <PageHeader title={t("new")} back={back} text={t("choose_connector")} />
        <Catalogue onChoose={(chosen) => void navigate({ to: ".", search: { connector: chosen } })} />
      </Page>
    );
  }
  const error = type.error ?? model.error;
  const isReady = type.data && (!like || model.data);
  return (
    <Page>
      <PageHeader title={type.data ? t("new_of", { connector: words.text(type.data.title) }) : t("new")} back={back} text={type.data && words.text(type.data.summary)} actions={<LinkButton to="/w/$workspace/connections/new" params={{ workspace: slug }} search={{}}>{t("other_connector")}</LinkButton>} />
      <ProblemAlert error={error} onRetry={() => void (type.error ? type.refetch() : model.refetch())} />
      {!isReady && !error && <ListSkeleton rows={5} text={t("loading_form")} />}
      {isReady && <Make key={name} type={type.data} model={model.data?.value} />}
    </Page>
  );
}

function Make({ type, model }: { type: Api<"NodeTypeView">; model: Api<"ConnectionView"> | undefined }) {
  const { t } = useTranslation("connections");
  const { slug } = useWorkspace();
  const navigate = useNavigate();
  const toasts = useToasts();
  const [first] = useState<Draft>(() => ({ ...draftOf(model), name: model ? `${model.name}-copy`.slice(0, 63) : "" }));
  const [draft, setDraft] = useState(first);
  const test = useTest((tell, signal) => testSettings(slug, { ...sent(draft, type.name), name: draft.name.trim() || "test" }, tell, signal));
  const save = useMutation({
    mutationFn: () => createConnection(slug, sent(draft, type.name)),
    onSuccess: async (made) => {
      void queries.invalidateQueries({ queryKey: ["connections"] });
      toasts.done(t("made", { name: made.name }));
      await navigate({ to: "/w/$workspace/connections/$connection", params: { workspace: slug, connection: made.name }, search: { tab: "tables" }, ignoreBlocker: true });
    },
  });
  useLeaveGuard(!isSame(draft, first) && !save.isSuccess, WHICH);
  const change = (next: Draft) => {
    setDraft(next);
    // What was found is about what stood here before.
    if (!test.isPending) test.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const error = save.error ?? test.error;
  const isPlaced = error instanceof Problem && (error.code === "exists" || (error.problems.length > 0 && otherFindings(error.problems).length === 0));
  return (
    <Box sx={{ display: "grid", gap: 3, gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(0, 1fr) minmax(0, 1fr)" }, alignItems: "start" }}>
      <Box component="form" noValidate onSubmit={submit} sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
        {model && model.secrets.length > 0 && <Alert severity="info">{t("copy_without_secrets")}</Alert>}
        <ConnectionForm schema={connectionSchema(type)} draft={draft} onChange={change} error={error} />
        <FormFoot
          answer={
            <>
              {error && <ProblemAlert error={isPlaced ? new Problem(error.status, { code: error.code, detail: t("see_fields") }) : error} places={!isPlaced} />}
              {(test.isPending || test.tested) && <TestSteps steps={test.steps} tested={test.tested} />}
            </>
          }
        >
          <Button type="submit" variant="contained" loading={save.isPending} disabled={draft.name.trim() === "" || typeof draft.max_runs === "string"}>{t("make")}</Button>
          <Button variant="outlined" loading={test.isPending} onClick={() => { save.reset(); test.start(); }}>{t("test.do")}</Button>
        </FormFoot>
      </Box>
      <ConnectorDocs name={type.name} docs={type.docs} />
    </Box>
  );
}
