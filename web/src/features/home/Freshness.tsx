import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import { Clock } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Api } from "@/api/client";
import { LongName } from "@/components/LongName";
import { TextLink } from "@/components/links";
import { TimeText } from "@/components/TimeText";
import { Card, Line, Lines } from "./Card";

const FIRST = 8;

/** When each table was loaded last, against what its schedules promise; what is late stands first. */
export function Freshness({ workspace, fresh }: { workspace: string; fresh: Api<"Freshness">[] }) {
  const { t } = useTranslation("home");
  const [whole, setWhole] = useState(false);
  const shown = whole ? fresh : fresh.slice(0, FIRST);
  return (
    <Card title={t("fresh.title")}>
      {fresh.length === 0 && <Box sx={{ px: 2, pb: 2, color: "text.secondary" }}>{t("fresh.none")}</Box>}
      <Lines>
        {shown.map((one) => {
          const slash = one.target.indexOf("/");
          const search = slash > 0 ? { connection: one.target.slice(0, slash), table: one.target.slice(slash + 1) } : { table: one.target };
          const age = one.loaded_at ? <TimeText at={one.loaded_at} /> : t("fresh.never");
          return (
            <Line key={`${one.pipeline_id} ${one.target}`}>
              <Box sx={{ display: "flex", gap: 1.25, justifyContent: "space-between", alignItems: "baseline" }}>
                <Box sx={{ minWidth: 0 }}>
                  <TextLink to="/w/$workspace/data" params={{ workspace }} search={search} sx={{ fontWeight: 650, color: "text.primary" }}><LongName text={one.target.slice(slash + 1)} /></TextLink>
                  {one.late && <Chip size="small" variant="outlined" color="warning" icon={<Clock size={13} />} label={t("fresh.late")} sx={{ ml: 1, height: 20 }} />}
                </Box>
                <Box sx={{ flexShrink: 0, color: "text.secondary", fontSize: 13 }}>{one.run_id ? <TextLink to="/w/$workspace/runs/$run" params={{ workspace, run: one.run_id }} search={{ tab: "loads" }} sx={{ color: "text.secondary" }}>{age}</TextLink> : age}</Box>
              </Box>
              <Box sx={{ color: "text.secondary", fontSize: 13 }}>{slash > 0 ? t("fresh.by", { connection: one.target.slice(0, slash), pipeline: one.pipeline }) : one.pipeline}</Box>
              {one.due_at && <Box sx={{ color: "text.secondary", fontSize: 13 }}>{t(one.late ? "fresh.late_since" : "fresh.due")} <TimeText at={one.due_at} /></Box>}
            </Line>
          );
        })}
      </Lines>
      {fresh.length > FIRST && <Box sx={{ px: 1, py: 0.5, borderTop: 1, borderColor: "divider" }}><Button size="small" aria-expanded={whole} onClick={() => setWhole(!whole)}>{whole ? t("fresh.less") : t("fresh.all", { count: fresh.length })}</Button></Box>}
    </Card>
  );
}
