import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { useTranslation } from "react-i18next";

export function SettingsPage() {
  const { t } = useTranslation("settings");
  return (
    <Page>
      <PageHeader title={t("title")} />
    </Page>
  );
}
