import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Api } from "@/api/client";
import { RUN_STATES } from "@/components/RunState";
import { formatBytes } from "@/lib/format";
import { usePipelines } from "@/lib/usePipelines";

type Hit = Api<"Hit">;

/** Name of the schedule that stands in the document of its pipeline. */
const OF_DOCUMENT = "document";

/** How hits of the search are shown, and where they lead. */
export function useHits(workspace: string) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { nameOf } = usePipelines(workspace);
  return {
    nameOf: (hit: Hit): string => (hit.kind === "schedule" && hit.name === OF_DOCUMENT ? nameOf(hit.detail) : hit.name),
    detailOf: (hit: Hit): string => {
      if (hit.kind === "schedule") return hit.name === OF_DOCUMENT ? t("schedules:of_document") : nameOf(hit.detail);
      if (hit.kind === "run") return (RUN_STATES as readonly string[]).includes(hit.detail) ? t(`run_state.${hit.detail as "done"}`) : hit.detail;
      if (hit.kind === "page") return hit.detail.replace(/`|\*\*/g, "");
      const bytes = /^(\d+) bytes$/.exec(hit.detail)?.[1];
      return bytes ? formatBytes(Number(bytes)) : hit.detail;
    },
    go: (hit: Hit): void => {
      const params = { workspace };
      if (hit.kind === "page") void navigate({ to: "/help/$", params: { _splat: hit.id } });
      else if (hit.kind === "upload") void navigate({ to: "/w/$workspace/files", params, search: { upload: hit.id } });
      else if (hit.kind === "schedule") void navigate({ to: "/w/$workspace/schedules", params, search: { view: "list", pipeline: hit.detail } });
      else if (hit.kind === "run") void navigate({ to: "/w/$workspace/runs/$run", params: { ...params, run: hit.id } });
      else if (hit.kind === "connection") void navigate({ to: "/w/$workspace/connections/$connection", params: { ...params, connection: hit.id } });
      else if (hit.kind === "table") void navigate({ to: "/w/$workspace/data", params, search: { connection: hit.detail, table: hit.name } });
      else if (hit.kind === "pipeline") void navigate({ to: "/w/$workspace/pipelines/$pipeline", params: { ...params, pipeline: hit.id } });
    },
  };
}
