import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { client } from "@/api/client";
import { queries } from "@/api/query";
import { useConfirm } from "@/components/Confirm";
import { useToasts } from "@/components/Toasts";
import { useWorkspace } from "@/lib/workspace";
import type { Schedule } from "./requests";

/** Pausing, going on and removing; a pause is taken back by a click. */
export function useScheduleDeeds(schedule: Schedule) {
  const { t } = useTranslation("schedules");
  const { slug: workspace } = useWorkspace();
  const confirm = useConfirm();
  const toasts = useToasts();
  const params = { path: { workspace, schedule: schedule.id } };
  const refresh = () => queries.invalidateQueries({ queryKey: ["schedules"] });
  const onError = (error: unknown) => toasts.failed(error);
  const goOn = useMutation({
    mutationFn: () => client.POST("/api/v1/workspaces/{workspace}/schedules/{schedule}/go-on", { params }),
    onSuccess: () => {
      toasts.done(t("go_on.done"));
      return refresh();
    },
    onError,
  });
  const pause = useMutation({
    mutationFn: () => client.POST("/api/v1/workspaces/{workspace}/schedules/{schedule}/pause", { params }),
    onSuccess: () => {
      toasts.done(t("pause.done"), { label: t("common:undo"), run: () => goOn.mutate() });
      return refresh();
    },
    onError,
  });
  const remove = useMutation({
    mutationFn: () => client.DELETE("/api/v1/workspaces/{workspace}/schedules/{schedule}", { params }),
    onSuccess: () => {
      toasts.done(t("remove.done"));
      return refresh();
    },
    onError,
  });
  return {
    isBusy: pause.isPending || goOn.isPending || remove.isPending,
    pause: () => pause.mutate(),
    async goOn() {
      if (await confirm({ title: t("go_on.title"), text: t("go_on.text"), deed: t("go_on.deed") })) goOn.mutate();
    },
    async remove() {
      if (await confirm({ title: t("remove.title", { name: schedule.name }), text: t("remove.text"), deed: t("remove.deed"), destroys: true })) remove.mutate();
    },
  };
}
