import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Api } from "@/api/client";
import { Problem } from "@/api/problem";
import { queries } from "@/api/query";
import { useConfirm } from "@/components/Confirm";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { ListSkeleton } from "@/components/Waiting";
import { connectionSchema } from "@/lib/connectors";
import { useMayOn } from "@/lib/grants";
import { useWorkspace } from "@/lib/workspace";
import { besideSecrets, changeConnection, connectionQuery, type ConnectionView, faultOf, followTest, has, isSame, otherFindings, testChanged, without } from "./api";
import { ConnectionForm, draftOf, sent } from "./ConnectionForm";
import { ConnectorDocs } from "./ConnectorDocs";
import { FormFoot } from "./FormFoot";
import { TestFault } from "./TestFault";
import { TestSteps } from "./TestSteps";
import { useTest } from "./useTest";

interface Props {
  connection: ConnectionView;
  etag: string;
  type: Api<"NodeTypeView"> | undefined;
  error: unknown;
  onRetry: () => void;
}

export function SettingsTab({ type, error, onRetry, ...props }: Props) {
  const { t } = useTranslation("connections");
  if (!type) return error ? <ProblemAlert error={error} onRetry={onRetry} /> : <ListSkeleton rows={5} text={t("loading_form")} />;
  return (
    <Box sx={{ display: "grid", gap: 3, gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(0, 1fr) minmax(0, 1fr)" }, alignItems: "start" }}>
      <Edit {...props} type={type} />
      <ConnectorDocs name={type.name} docs={type.docs} />
    </Box>
  );
}

function Edit({ connection, etag, type }: { connection: ConnectionView; etag: string; type: Api<"NodeTypeView"> }) {
  const { t } = useTranslation("connections");
  const { slug } = useWorkspace();
  const { may } = useMayOn(connection.id);
  const navigate = useNavigate();
  const toasts = useToasts();
  const confirm = useConfirm();
  // What the form began with: somebody else's change does not overwrite what is typed here.
  const [base, setBase] = useState({ connection, etag });
  const first = useMemo(() => draftOf(base.connection), [base]);
  const [edited, setEdited] = useState<typeof first | undefined>();
  const draft = edited ?? first;
  const isChanged = edited !== undefined && !isSame(edited, first);
  if (!isChanged && etag !== base.etag) {
    setBase({ connection, etag });
    setEdited(undefined);
  }
  const { secrets } = base.connection;
  const settingsChanged = !isSame(draft.settings, first.settings);
  const harmless = useMemo(() => besideSecrets(connectionSchema(type)), [type]);
  const again = secrets.length > 0 && !isSame(without(draft.settings, [...secrets, ...harmless]), without(first.settings, harmless));
  const test = useTest(async (tell, signal) => {
    if (settingsChanged) return testChanged(slug, connection.id, sent(draft, connection.connector), tell, signal);
    const tested = await followTest(slug, connection.id, tell, signal);
    void queries.invalidateQueries({ queryKey: ["connections", slug] });
    return tested;
  });
  const save = useMutation({
    mutationFn: (tag: string) => changeConnection(slug, connection.id, tag, sent(draft, connection.connector)),
    onSuccess: async ({ value, etag: now }) => {
      toasts.done(t("saved", { name: value.name }));
      test.reset();
      setBase({ connection: value, etag: now });
      setEdited(undefined);
      queries.setQueryData(connectionQuery(slug, value.name).queryKey, { value, etag: now });
      if (value.name !== connection.name) {
        await navigate({ to: "/w/$workspace/connections/$connection", params: { workspace: slug, connection: value.name }, replace: true, ignoreBlocker: true });
        // Nothing is there under the old name.
        queries.removeQueries({ queryKey: connectionQuery(slug, connection.name).queryKey });
      }
      void queries.invalidateQueries({ queryKey: ["connections", slug] });
      void queries.invalidateQueries({ queryKey: ["streams", slug] });
    },
  });
  useLeaveGuard(isChanged);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    // The server keeps no secret for another place; going on without one is allowed, but nobody should do it unawares.
    const lost = again ? secrets.filter((place) => !has(draft.settings, place)) : [];
    if (lost.length > 0 && !(await confirm({ title: t("lose_secrets_title"), text: t("lose_secrets", { places: lost.map((place) => place.slice(1).replaceAll("/", ".")).join(", ") }), deed: t("save_without"), destroys: true }))) return;
    save.mutate(base.etag);
  };
  const overtaken = save.error instanceof Problem && save.error.status === 412;
  const error = overtaken ? undefined : (save.error ?? test.error);
  const isPlaced = error instanceof Problem && (error.code === "exists" || (error.problems.length > 0 && otherFindings(error.problems).length === 0));
  const readOnly = !may("editor");
  // The next test says what it finds itself.
  const fault = test.isPending || test.tested || test.error ? undefined : faultOf(connection);
  return (
    <Box component="form" noValidate onSubmit={(event) => void submit(event)} sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
      {readOnly && <Alert severity="info">{t("read_only")}</Alert>}
      {fault && <TestFault fault={fault} />}
      <ConnectionForm schema={connectionSchema(type)} draft={draft} onChange={(next) => { setEdited(next); if (!test.isPending) test.reset(); }} error={error} kept={again ? [] : secrets} again={again} disabled={readOnly} />
      {!readOnly && (
        <FormFoot
          answer={
            <>
              {overtaken && (
                <Alert severity="warning" action={<><Button color="inherit" size="small" onClick={() => { setEdited(undefined); save.reset(); setBase({ connection, etag }); void queries.invalidateQueries({ queryKey: ["connections", slug] }); }}>{t("take_theirs")}</Button><Button color="inherit" size="small" loading={save.isPending} onClick={() => save.mutate(`"${String((save.error as Problem & { current?: { revision?: number } }).current?.revision ?? "")}"`)}>{t("save_mine")}</Button></>}>
                  {t("overtaken")}
                </Alert>
              )}
              {error && <ProblemAlert error={isPlaced ? new Problem(error.status, { code: error.code, detail: t("see_fields") }) : error} places={!isPlaced} />}
              {(test.isPending || test.tested) && <TestSteps steps={test.steps} tested={test.tested} />}
            </>
          }
        >
          <Button type="submit" variant="contained" loading={save.isPending} disabled={!isChanged || typeof draft.max_runs === "string"}>{t("common:save")}</Button>
          <Button variant="outlined" loading={test.isPending} onClick={() => { save.reset(); test.start(); }}>{t("test.do")}</Button>
          {isChanged && <Button onClick={() => { setEdited(undefined); save.reset(); test.reset(); }}>{t("discard")}</Button>}
        </FormFoot>
      )}
    </Box>
  );
}
