import { useBlocker } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useConfirm } from "./Confirm";

/** A place as a guard sees it. */
interface Place {
  pathname: string;
  search: object;
}

/** Whether a form that is at one place is gone at the other: on another page, or where one of these words behind `?` differs. */
export function isAway(from: Place, to: Place, parts: readonly string[]): boolean {
  const said = ({ search }: Place) => JSON.stringify(parts.map((part) => (search as Record<string, unknown>)[part] ?? null));
  return from.pathname !== to.pathname || said(from) !== said(to);
}

const TAB = ["tab"] as const;
const unsaved = new Set<symbol>();

/** Whether anything that is on the page is not saved. */
export const hasUnsaved = (): boolean => unsaved.size > 0;

/**
 * Asks before something is lost that was typed and is not saved: on the way to another page or another tab of this one, and
 * when the window closes. What it returns does a deed that would lose it, such as closing a dialog, and asks before as well.
 */
export function useLeaveGuard(isChanged: boolean, parts: readonly string[] = TAB): (deed: () => void) => void {
  const { t } = useTranslation();
  const confirm = useConfirm();
  useEffect(() => {
    if (!isChanged) return undefined;
    const mark = Symbol();
    unsaved.add(mark);
    return () => { unsaved.delete(mark); };
  }, [isChanged]);
  const ask = () => confirm({ title: t("unsaved_title"), text: t("unsaved_text"), deed: t("leave"), destroys: true });
  useBlocker({
    shouldBlockFn: async ({ current, next }) => isAway(current, next, parts) && !(await ask()),
    disabled: !isChanged,
    enableBeforeUnload: isChanged,
  });
  return (deed) => {
    if (!isChanged) deed();
    else void ask().then((isLeft) => isLeft && deed());
  };
}
