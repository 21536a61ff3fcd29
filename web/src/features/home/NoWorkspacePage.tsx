import { Building2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState";

/** What somebody sees who is in no workspace. */
export function NoWorkspacePage() {
  const { t } = useTranslation("home");
  return <EmptyState isPage icon={<Building2 />} title={t("no_workspace")} text={t("no_workspace_text")} />;
}
