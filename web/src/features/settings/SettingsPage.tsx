import { useParams } from "@tanstack/react-router";
import { Bell, KeyRound, ScrollText, Settings2, ShieldCheck, Users } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { Sections } from "@/components/Sections";
import { useWorkspace } from "@/lib/workspace";
import { Audit } from "./Audit";
import { General } from "./General";
import { Keys } from "./keys/Keys";
import { Limits } from "./Limits";
import { Notifications } from "./notifications/Notifications";
import { People } from "./people/People";

const PARTS: { key: string; icon: ReactNode; page: () => ReactNode; admin?: boolean }[] = [
  { key: "general", icon: <Settings2 size={17} />, page: General },
  { key: "people", icon: <Users size={17} />, page: People },
  { key: "keys", icon: <KeyRound size={17} />, page: Keys },
  { key: "notifications", icon: <Bell size={17} />, page: Notifications },
  { key: "limits", icon: <ShieldCheck size={17} />, page: Limits },
  { key: "audit", icon: <ScrollText size={17} />, page: Audit, admin: true },
];

/** The settings of a workspace. */
export function SettingsPage() {
  const { t } = useTranslation("settings");
  const { section = "general" } = useParams({ strict: false });
  const { slug, membership, may } = useWorkspace();
  const parts = PARTS.filter((part) => !part.admin || may("admin"));
  const current = parts.find((part) => part.key === section) ?? parts[0];
  if (!current) return null;
  const Part = current.page;
  return (
    <Page>
      <PageHeader title={t("title")} text={membership ? t("of_workspace", { name: membership.name }) : undefined} />
      <Sections
        label={t("title")}
        current={current.key}
        sections={parts.map((part) => ({ key: part.key, icon: part.icon, title: t(`section.${part.key}`), to: "/w/$workspace/settings/$section", params: { workspace: slug, section: part.key } }))}
      >
        <Part key={`${slug}/${current.key}`} />
      </Sections>
    </Page>
  );
}
