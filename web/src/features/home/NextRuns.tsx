import Box from "@mui/material/Box";
import { Clock3 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Api } from "@/api/client";
import { LinkButton, TextLink } from "@/components/links";
import { TimeText } from "@/components/TimeText";
import { formatNear } from "@/lib/format";
import { Card, Line, Lines } from "./Card";

const FIRST = 6;

/** What runs next by itself. */
export function NextRuns({ workspace, schedules, nameOf }: { workspace: string; schedules: Api<"Schedule">[]; nameOf: (pipeline: string) => string }) {
  const { t } = useTranslation("home");
  return (
    <Card title={t("next.title")} action={<LinkButton size="small" to="/w/$workspace/schedules" params={{ workspace }}>{t("next.all")}</LinkButton>}>
      {schedules.length === 0 && <Box sx={{ px: 2, pb: 2, color: "text.secondary" }}>{t("next.none")}</Box>}
      <Lines>
        {schedules.slice(0, FIRST).map((schedule) => (
          <Line key={schedule.id} mark={<Box component={Clock3} size={16} aria-hidden sx={{ color: "text.secondary" }} />} side={schedule.next_at && <><TimeText at={schedule.next_at} /><br />{formatNear(schedule.next_at)}</>}>
            <TextLink to="/w/$workspace/schedules" params={{ workspace }} search={{ view: "list", pipeline: schedule.pipeline_id }} sx={{ fontWeight: 650, color: "text.primary" }}>{nameOf(schedule.pipeline_id)}</TextLink>
          </Line>
        ))}
      </Lines>
    </Card>
  );
}
