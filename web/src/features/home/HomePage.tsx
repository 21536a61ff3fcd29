import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { useWorkspace } from "@/lib/workspace";

export function HomePage() {
  const { t } = useTranslation("home");
  const { membership } = useWorkspace();
  return (
    <Page>
      <PageHeader title={membership?.name ?? t("title")} />
    </Page>
  );
}
