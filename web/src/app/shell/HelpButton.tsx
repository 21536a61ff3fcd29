import Tooltip from "@mui/material/Tooltip";
import { useRouterState } from "@tanstack/react-router";
import { CircleQuestionMark } from "lucide-react";
import { useTranslation } from "react-i18next";
import { LinkIconButton } from "@/components/links";

/** The page of the documents that belongs to a place. */
const PAGES: [part: string, page: string, hash?: string][] = [
  ["/pipelines/", "guides/pages", "the-builder"],
  ["/pipelines", "guides/writing-pipelines"],
  ["/connections", "guides/connections"],
  ["/schedules", "guides/schedules"],
  ["/files", "guides/files"],
  ["/runs", "guides/pages", "a-run"],
  ["/data", "guides/connections", "look-into-data"],
  ["/settings", "guides/people-and-rights"],
  ["/server", "guides/server"],
  ["/account", "guides/people-and-rights"],
];

export function HelpButton() {
  const { t } = useTranslation();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [, page, hash] = PAGES.find(([part]) => path.includes(part)) ?? ["", "guides/pages"];
  return (
    <Tooltip title={t("help")}>
      <LinkIconButton to="/help/$" params={{ _splat: page }} hash={hash} aria-label={t("help")}>
        <CircleQuestionMark size={19} />
      </LinkIconButton>
    </Tooltip>
  );
}
