import { useTranslation } from "react-i18next";
import type { LiveEvent } from "@/api/live";
import { Problem } from "@/api/problem";
import { useToasts } from "@/components/Toasts";
import { useLive } from "@/lib/useLive";
import { useWorkspace } from "@/lib/workspace";
import type { Run } from "./requests";

/** Tells how it ended when loads are taken back and that takes long, unless whoever asked is told by the answer. */
export function useUndoEnd(run: Run, isTold: boolean): void {
  const { t } = useTranslation("runs");
  const { slug: workspace } = useWorkspace();
  const toasts = useToasts();
  const hear = (event: LiveEvent) => {
    if (event.kind === "run.undone") toasts.done(t("undone"));
    if (event.kind === "run.undo_failed") {
      const { fault } = event.body as { fault?: { message?: string; hint?: string | null } };
      toasts.failed(new Problem(409, { code: "conflict", detail: fault?.message ?? "", hint: fault?.hint ?? undefined }));
    }
  };
  useLive(run.undoing_at && !isTold ? { workspace, run: run.id } : undefined, hear, () => undefined);
}
