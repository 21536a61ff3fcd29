import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { useTranslation } from "react-i18next";

export function NewConnectionPage() {
  const { t } = useTranslation("connections");
  return (
    <Page>
      <PageHeader title={t("title")} />
    </Page>
  );
}
