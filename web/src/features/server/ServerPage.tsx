import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { useTranslation } from "react-i18next";

export function ServerPage() {
  const { t } = useTranslation("server");
  return (
    <Page>
      <PageHeader title={t("title")} />
    </Page>
  );
}
