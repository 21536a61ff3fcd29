import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { useTranslation } from "react-i18next";

export function SchedulesPage() {
  const { t } = useTranslation("schedules");
  return (
    <Page>
      <PageHeader title={t("title")} />
    </Page>
  );
}
