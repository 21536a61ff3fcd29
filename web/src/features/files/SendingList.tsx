import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import LinearProgress from "@mui/material/LinearProgress";
import Typography from "@mui/material/Typography";
import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { explain } from "@/lib/errors";
import { formatBytes, formatPercent } from "@/lib/format";
import { type Sending, shareOf } from "./queue";

interface Props {
  queue: Sending[];
  onStop: (key: string) => void;
  onAgain: (key: string) => void;
  onForget: (key: string) => void;
  onOpen: (id: string) => void;
}

/** Files on their way, and those that have just come. */
export function SendingList({ queue, onStop, onAgain, onForget, onOpen }: Props) {
  const { t } = useTranslation("files");
  if (queue.length === 0) return null;
  return (
    <Box component="ul" aria-label={t("on_the_way")} sx={{ listStyle: "none", m: 0, mb: 2.5, p: 0, border: 1, borderColor: "divider", borderRadius: 1, bgcolor: "background.paper" }}>
      {queue.map((one) => {
        const { what, hint } = one.state === "failed" ? explain(one.error, t) : { what: "", hint: undefined };
        const isBusy = one.state === "sending" || one.state === "waiting";
        return (
          <Box component="li" key={one.key} sx={{ px: 2, py: 1.25, borderBottom: 1, borderColor: "divider", "&:last-child": { borderBottom: 0 } }}>
            <Box sx={{ display: "flex", gap: 1.5, alignItems: "center" }}>
              <Typography sx={{ flex: 1, minWidth: 0, fontWeight: 600, overflowWrap: "anywhere" }}>{one.file.name}</Typography>
              <Typography variant="body2" color="textSecondary" role="status" sx={{ whiteSpace: "nowrap" }}>
                {one.state === "sending" ? `${formatBytes(one.bytes)} / ${formatBytes(one.file.size)} · ${formatPercent(shareOf(one))}` : t(`state.${one.state}`)}
              </Typography>
              {isBusy && <Button size="small" onClick={() => onStop(one.key)}>{t("common:cancel")}</Button>}
              {(one.state === "failed" || one.state === "stopped") && <Button size="small" onClick={() => onAgain(one.key)}>{t("common:try_again")}</Button>}
              {one.state === "done" && <Button size="small" onClick={() => onOpen(one.upload?.id ?? "")}>{t("look")}</Button>}
              {!isBusy && <IconButton size="small" aria-label={t("forget", { name: one.file.name })} onClick={() => onForget(one.key)}><X size={15} /></IconButton>}
            </Box>
            {isBusy && <LinearProgress aria-label={one.file.name} variant={one.state === "waiting" || shareOf(one) >= 1 ? "indeterminate" : "determinate"} value={shareOf(one) * 100} sx={{ mt: 0.75 }} />}
            {one.state === "failed" && <Typography variant="body2" color="error" sx={{ mt: 0.5 }}>{what}{hint ? ` ${hint}` : ""}</Typography>}
          </Box>
        );
      })}
    </Box>
  );
}
