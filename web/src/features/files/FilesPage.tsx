import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { useTranslation } from "react-i18next";

export function FilesPage() {
  const { t } = useTranslation("files");
  return (
    <Page>
      <PageHeader title={t("title")} />
    </Page>
  );
}
