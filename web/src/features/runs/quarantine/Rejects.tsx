import Box from "@mui/material/Box";
import { useTranslation } from "react-i18next";
import { DataTable } from "@/components/DataTable";
import { say } from "@/lib/sayings";
import { MONO } from "./mono";
import type { Reject } from "../requests";

interface Props {
  rows: Reject[];
  onMore: () => void;
  isLoadingMore: boolean;
}

/** Rows in quarantine: where each stood, what did not fit, the row as it was. */
export function Rejects({ rows, onMore, isLoadingMore }: Props) {
  const { t } = useTranslation("runs");
  return (
    <DataTable
      label={t("quarantine.rows")}
      rows={rows}
      rowKey={(row) => String(row.number)}
      onMore={onMore}
      isLoadingMore={isLoadingMore}
      columns={[
        { key: "place", title: t("quarantine.place"), cell: (row) => <><Box component="span" sx={{ fontWeight: 600, whiteSpace: { sm: "nowrap" }, overflowWrap: "anywhere" }}>{row.place}</Box><Box sx={{ color: "text.secondary", fontSize: 12 }}>{row.node}</Box></> },
        { key: "value", title: t("quarantine.value"), cell: (row) => (row.column || row.value != null ? <>{row.column && <Box sx={{ fontSize: 12, color: "text.secondary" }}>{row.column}</Box>}<Mono text={row.value ?? ""} /></> : <Box component="span" sx={{ color: "text.secondary" }}>{t("quarantine.whole")}</Box>) },
        { key: "original", title: t("quarantine.original"), cell: (row) => <Mono text={row.original} /> },
        { key: "reason", title: t("quarantine.reason"), wide: true, width: "36%", cell: (row) => <Box sx={{ overflowWrap: "anywhere" }}>{say(row.reason)}{row.value_only && <Box sx={{ fontSize: 12, color: "text.secondary" }}>{t("quarantine.value_only")}</Box>}</Box> },
      ]}
    />
  );
}

/** Exactly what was there, spaces included. */
function Mono({ text }: { text: string }) {
  return <Box component="code" sx={{ fontFamily: MONO, fontSize: 12.5, whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{text}</Box>;
}
