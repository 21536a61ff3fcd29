import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { useTranslation } from "react-i18next";

export function DataPage() {
  const { t } = useTranslation("data");
  return (
    <Page>
      <PageHeader title={t("title")} />
    </Page>
  );
}
