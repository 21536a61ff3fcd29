import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { useTranslation } from "react-i18next";

export function AccountPage() {
  const { t } = useTranslation("account");
  return (
    <Page>
      <PageHeader title={t("title")} />
    </Page>
  );
}
