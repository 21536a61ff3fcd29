import { useTranslation } from "react-i18next";
import type { Api } from "@/api/client";
import { LinkButton, TextLink } from "@/components/links";
import { RunState } from "@/components/RunState";
import { TimeText } from "@/components/TimeText";
import { formatDuration } from "@/lib/format";
import { Card, Line, Lines } from "./Card";

interface Props {
  workspace: string;
  runs: Api<"Run">[];
  nameOf: (pipeline: string) => string;
  now: number;
}

const FIRST = 6;

/** What is under way at this moment. */
export function Running({ workspace, runs, nameOf, now }: Props) {
  const { t } = useTranslation("home");
  if (runs.length === 0) return null;
  return (
    <Card title={t("running.title")} action={runs.length > FIRST && <LinkButton size="small" to="/w/$workspace/runs" params={{ workspace }} search={{ state: "queued,running,failing" }}>{t("running.all", { count: runs.length })}</LinkButton>}>
      <Lines>
        {runs.slice(0, FIRST).map((run) => (
          <Line key={run.id} mark={<RunState state={run.state.toLowerCase()} short />} side={run.started_at ? t("running.since", { duration: formatDuration(Math.max(0, Math.floor((now - Date.parse(run.started_at)) / 1000))) }) : <TimeText at={run.created_at} />}>
            <TextLink to="/w/$workspace/runs/$run" params={{ workspace, run: run.id }} sx={{ fontWeight: 650 }}>{nameOf(run.pipeline_id)}</TextLink>
          </Line>
        ))}
      </Lines>
    </Card>
  );
}
