import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { useTranslation } from "react-i18next";

export function RunsPage() {
  const { t } = useTranslation("runs");
  return (
    <Page>
      <PageHeader title={t("title")} />
    </Page>
  );
}
