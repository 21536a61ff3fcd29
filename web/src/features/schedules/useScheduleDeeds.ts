import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { client } from "@/api/client";
import { queries } from "@/api/query";
import { useConfirm } from "@/components/Confirm";
import { useToasts } from "@/components/Toasts";
import { ahead, changeItems } from "@/lib/ahead";
import { useWorkspace } from "@/lib/workspace";
import type { Schedule } from "./requests";

/** Pausing, going on and removing; a pause is seen at once, and taken back by a click. */
export function useScheduleDeeds(schedule: Schedule) {
  const { t } = useTranslation("schedules");
  const { slug: workspace } = useWorkspace();
  const confirm = useConfirm();
  const toasts = useToasts();
  const params = { path: { workspace, schedule: schedule.id } };
  const set = useMutation({
    mutationFn: (paused: boolean) => (paused ? client.POST("/api/v1/workspaces/{workspace}/schedules/{schedule}/pause", { params }) : client.POST("/api/v1/workspaces/{workspace}/schedules/{schedule}/go-on", { params })),
    ...ahead<boolean>({ keys: [["schedules"]], change: (shown, paused) => changeItems<Schedule>(shown, (one) => (one.id === schedule.id ? { ...one, paused, next_at: null } : one)), failed: toasts.failed }),
    onSuccess: (_, paused) => (paused ? toasts.done(t("pause.done"), { label: t("common:undo"), run: () => set.mutate(false) }) : toasts.done(t("go_on.done"))),
  });
  const remove = useMutation({
    mutationFn: () => client.DELETE("/api/v1/workspaces/{workspace}/schedules/{schedule}", { params }),
    onSuccess: () => {
      toasts.done(t("remove.done"));
      return queries.invalidateQueries({ queryKey: ["schedules"] });
    },
    onError: toasts.failed,
  });
  return {
    isRemoving: remove.isPending,
    pause: () => set.mutate(true),
    async goOn() {
      if (await confirm({ title: t("go_on.title"), text: t("go_on.text"), deed: t("go_on.deed") })) set.mutate(false);
    },
    async remove() {
      if (await confirm({ title: t("remove.title", { name: schedule.name }), text: t("remove.text"), deed: t("remove.deed"), destroys: true })) remove.mutate();
    },
  };
}
