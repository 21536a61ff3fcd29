import Tooltip from "@mui/material/Tooltip";
import { useRouterState } from "@tanstack/react-router";
import { CircleQuestionMark } from "lucide-react";
import { useTranslation } from "react-i18next";
import { LinkIconButton } from "@/components/links";

/** The page of the documents that belongs to a place. */
const PAGES: [string, string][] = [
  ["/pipelines", "guides/writing-pipelines"],
  ["/connections", "guides/connections"],
  ["/schedules", "guides/schedules"],
  ["/files", "guides/files"],
  ["/runs", "guides/loading"],
  ["/settings", "guides/people-and-rights"],
  ["/server", "guides/server"],
  ["/account", "guides/people-and-rights"],
];

export function HelpButton() {
  const { t } = useTranslation();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const page = PAGES.find(([part]) => path.includes(part))?.[1] ?? "guides/first-pipeline";
  return (
    <Tooltip title={t("help")}>
      <LinkIconButton to="/help/$" params={{ _splat: page }} aria-label={t("help")}>
        <CircleQuestionMark size={19} />
      </LinkIconButton>
    </Tooltip>
  );
}
