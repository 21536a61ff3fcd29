import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { useTranslation } from "react-i18next";

export function PipelinesPage() {
  const { t } = useTranslation("pipelines");
  return (
    <Page>
      <PageHeader title={t("title")} />
    </Page>
  );
}
