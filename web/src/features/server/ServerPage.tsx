import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Archive, Boxes, LayoutDashboard, LockKeyhole, ScrollText, Users } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { sessionQuery } from "@/api/session";
import { EmptyState } from "@/components/EmptyState";
import { LinkButton } from "@/components/links";
import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { Sections } from "@/components/Sections";
import { Audit } from "./Audit";
import { Kept } from "./Kept";
import { Overview } from "./Overview";
import { People } from "./people/People";
import { Workspaces } from "./Workspaces";

const PARTS: { key: string; icon: ReactNode; page: () => ReactNode }[] = [
  { key: "overview", icon: <LayoutDashboard size={17} />, page: Overview },
  { key: "people", icon: <Users size={17} />, page: People },
  { key: "workspaces", icon: <Boxes size={17} />, page: Workspaces },
  { key: "kept", icon: <Archive size={17} />, page: Kept },
  { key: "audit", icon: <ScrollText size={17} />, page: Audit },
];

/** For those who run the server. */
export function ServerPage() {
  const { t } = useTranslation("server");
  const { section = "overview" } = useParams({ strict: false });
  const { data: session } = useQuery(sessionQuery);
  const current = PARTS.find((part) => part.key === section) ?? PARTS[0];
  if (!session?.user?.runs_server || !current) {
    return (
      <Page>
        <PageHeader title={t("title")} />
        <EmptyState icon={<LockKeyhole />} title={t("not_yours")} text={t("not_yours_text")} action={<LinkButton to="/" variant="contained">{t("common:to_start")}</LinkButton>} />
      </Page>
    );
  }
  const Part = current.page;
  return (
    <Page>
      <PageHeader title={t("title")} text={t("text")} />
      <Sections label={t("title")} current={current.key} sections={PARTS.map((part) => ({ key: part.key, icon: part.icon, title: t(`section.${part.key}`), to: "/server/$section", params: { section: part.key } }))}>
        <Part key={current.key} />
      </Sections>
    </Page>
  );
}
