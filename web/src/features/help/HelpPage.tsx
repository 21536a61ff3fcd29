import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { useTranslation } from "react-i18next";

export function HelpPage() {
  const { t } = useTranslation("help");
  return (
    <Page>
      <PageHeader title={t("title")} />
    </Page>
  );
}
