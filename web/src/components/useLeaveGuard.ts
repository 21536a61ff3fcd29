import { useBlocker } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useConfirm } from "./Confirm";

/** Asks before a page is left on which something is not saved. */
export function useLeaveGuard(isChanged: boolean): void {
  const { t } = useTranslation();
  const confirm = useConfirm();
  useBlocker({
    shouldBlockFn: async ({ current, next }) => current.pathname !== next.pathname && !(await confirm({ title: t("unsaved_title"), text: t("unsaved_text"), deed: t("leave"), destroys: true })),
    disabled: !isChanged,
    enableBeforeUnload: isChanged,
  });
}
