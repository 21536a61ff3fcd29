import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import { useTranslation } from "react-i18next";
import { Marked } from "@/components/Marked";
import { formatNumber } from "@/lib/format";
import { placeOf } from "@/lib/place";
import { say } from "@/lib/sayings";
import type { Check } from "./requests";

/** What became of an expectation: whether it holds, by how many rows it does not, and the first of those. */
export function CheckAlert({ check }: { check: Check }) {
  const { t } = useTranslation("runs");
  const isOpen = check.outcome === "unfinished";
  const isBroken = check.failures > 0;
  const found = check.finding ? say(check.finding) : isOpen && !isBroken ? t("check_open") : isBroken ? t("check", { count: check.failures, failures: formatNumber(check.failures), checked: formatNumber(check.checked) }) : t("check_held", { count: check.checked, checked: formatNumber(check.checked) });
  return (
    <Alert severity={isBroken ? (check.severity === "fail" ? "error" : "warning") : isOpen ? "info" : "success"} sx={{ mt: 1, py: 0 }}>
      <Marked text={`${t("expectation", { words: say(check.expectation) })} ${found}`} />
      {(check.samples?.length ?? 0) > 0 && (
        <Box component="ul" aria-label={t("check_samples")} sx={{ m: 0, mt: 0.5, pl: 2.5, overflowWrap: "anywhere" }}>
          {check.samples?.map((sample, index) => (
            <li key={index}>
              {sample.place && `${t("expectation", { words: placeOf(sample.place) })} `}
              {sample.values.map(([column, value], at) => <span key={column}>{at > 0 && ", "}{column} = {value === null ? <em>{t("repair.no_value")}</em> : <code>{value}</code>}</span>)}
            </li>
          ))}
        </Box>
      )}
    </Alert>
  );
}
