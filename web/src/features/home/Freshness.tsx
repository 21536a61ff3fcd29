import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextLink } from "@/components/links";
import { TimeText } from "@/components/TimeText";
import { Card, Line, Lines } from "./Card";
import type { Fresh } from "./summary";

const FIRST = 8;

/** When each table was loaded last; the oldest stands first. */
export function Freshness({ workspace, fresh }: { workspace: string; fresh: Fresh[] }) {
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
          return (
            <Line key={one.target} side={<TextLink to="/w/$workspace/runs/$run" params={{ workspace, run: one.run }} search={{ tab: "loads" }} sx={{ color: "text.secondary" }}><TimeText at={one.at} /></TextLink>}>
              <TextLink to="/w/$workspace/data" params={{ workspace }} search={search} sx={{ fontWeight: 650, color: "text.primary" }}>{one.target.slice(slash + 1)}</TextLink>
              <Box sx={{ color: "text.secondary", fontSize: 13 }}>{slash > 0 ? t("fresh.by", { connection: one.target.slice(0, slash), pipeline: one.pipeline.name }) : one.pipeline.name}</Box>
            </Line>
          );
        })}
      </Lines>
      {fresh.length > FIRST && <Box sx={{ px: 1, py: 0.5, borderTop: 1, borderColor: "divider" }}><Button size="small" aria-expanded={whole} onClick={() => setWhole(!whole)}>{whole ? t("fresh.less") : t("fresh.all", { count: fresh.length })}</Button></Box>}
    </Card>
  );
}
