import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { body, client } from "@/api/client";
import { AuditExplorer } from "@/components/audit/AuditExplorer";
import type { AuditSearch } from "@/components/audit/filters";
import { Marked } from "@/components/Marked";
import { Panel } from "@/components/Panel";
import { ProblemAlert } from "@/components/ProblemAlert";
import { say } from "@/lib/sayings";

export function Audit() {
  const navigate = useNavigate();
  const { action, outcome, object, actor, from, until } = useSearch({ strict: false }) as AuditSearch;
  return (
    <>
      <Verify />
      <AuditExplorer search={{ action, outcome, object, actor, from, until }} onSearch={(search) => void navigate({ to: ".", search: search as never })} />
    </>
  );
}

/** Walks the chain on demand: with many entries it takes a while. */
function Verify() {
  const { t } = useTranslation("server");
  const verdict = useQuery({ queryKey: ["audit", "verify"], queryFn: () => body(client.GET("/api/v1/server/audit/verify")), enabled: false, gcTime: 0 });
  const found = verdict.data;
  return (
    <Panel title={t("chain")} text={t("chain_text")} action={<Button variant="outlined" startIcon={<ShieldCheck size={17} />} loading={verdict.isFetching} onClick={() => void verdict.refetch()}>{t("verify")}</Button>}>
      <ProblemAlert error={verdict.error} onRetry={() => void verdict.refetch()} />
      {found && found.breaks.length === 0 && <Alert severity="success" role="status">{t("whole", { count: found.entries })}{found.erased > 0 ? ` ${t("erased", { count: found.erased })}` : ""}</Alert>}
      {found && found.breaks.length > 0 && (
        <Alert severity="error">
          {t("broken", { count: found.breaks.length })}
          <ul>{found.breaks.map((one) => <li key={one}><Marked text={say(one)} /></li>)}</ul>
        </Alert>
      )}
      {found && found.notes.length > 0 && (
        <Alert severity="info" sx={{ mt: 1 }}>
          {t("limits_of_chain")}
          <ul>{found.notes.map((one) => <li key={one}><Marked text={say(one)} /></li>)}</ul>
        </Alert>
      )}
    </Panel>
  );
}
