import { useNavigate, useSearch } from "@tanstack/react-router";
import { AuditExplorer } from "@/components/audit/AuditExplorer";
import type { AuditSearch } from "@/components/audit/filters";
import { useWorkspace } from "@/lib/workspace";

export function Audit() {
  const { slug } = useWorkspace();
  const navigate = useNavigate();
  const { action, outcome, object, actor, from, until } = useSearch({ strict: false }) as AuditSearch;
  return <AuditExplorer workspace={slug} search={{ action, outcome, object, actor, from, until }} onSearch={(search) => void navigate({ to: ".", search: search as never })} />;
}
