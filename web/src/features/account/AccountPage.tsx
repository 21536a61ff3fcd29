import { useParams } from "@tanstack/react-router";
import { Bell, Database, ShieldCheck, UserRound } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { ProblemAlert } from "@/components/ProblemAlert";
import { Sections } from "@/components/Sections";
import { ListSkeleton } from "@/components/Waiting";
import { Notifications } from "./Notifications";
import { OwnData } from "./OwnData";
import { Profile } from "./Profile";
import { Security } from "./security/Security";
import { type Account, useAccount } from "./useAccount";

const PARTS: { key: string; icon: ReactNode; page: (props: { account: Account; etag: string }) => ReactNode }[] = [
  { key: "profile", icon: <UserRound size={17} />, page: Profile },
  { key: "security", icon: <ShieldCheck size={17} />, page: Security },
  { key: "notifications", icon: <Bell size={17} />, page: Notifications },
  { key: "data", icon: <Database size={17} />, page: OwnData },
];

/** One's own account. */
export function AccountPage() {
  const { t } = useTranslation("account");
  const { section = "profile" } = useParams({ strict: false });
  const account = useAccount();
  const current = PARTS.find((part) => part.key === section) ?? PARTS[0];
  if (!current) return null;
  const Part = current.page;
  return (
    <Page>
      <PageHeader title={t("title")} text={account.data?.value.email} />
      <Sections label={t("title")} current={current.key} sections={PARTS.map((part) => ({ key: part.key, icon: part.icon, title: t(`section.${part.key}`), to: "/account/$section", params: { section: part.key } }))}>
        <ProblemAlert error={account.error} onRetry={() => void account.refetch()} />
        {account.isPending && <ListSkeleton rows={4} text={t("loading")} />}
        {account.data && <Part key={current.key} account={account.data.value} etag={account.data.etag} />}
      </Sections>
    </Page>
  );
}
