import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { copyText } from "@/lib/clipboard";
import { useToasts } from "./Toasts";

/** Copies a text, and says so: in general, or in words of one's own. */
export function useCopy(): (text: string, said?: string) => void {
  const { t } = useTranslation();
  const toasts = useToasts();
  return useCallback((text, said) => void copyText(text).then(() => toasts.done(said ?? t("copied")), toasts.failed), [t, toasts]);
}
