import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { Monitor, Terminal } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Api } from "@/api/client";
import { TimeText } from "../TimeText";
import { agentWords } from "./agent";

type Session = Api<"Session"> & { is_current?: boolean };

/** Browsers and programs that are signed in; the one that looks stands first, and does not end itself. */
export function SessionList({ sessions, onEnd }: { sessions: Session[]; onEnd: (session: Session) => void }) {
  const { t } = useTranslation("account");
  const others = sessions.filter((session) => !session.is_current);
  return (
    <Box component="ul" aria-label={t("sessions")} tabIndex={0} sx={{ m: 0, p: 0, listStyle: "none", maxHeight: 420, overflow: "auto" }}>
      {[...sessions.filter((session) => session.is_current), ...others].map((session) => (
        <Box component="li" key={session.id} sx={{ display: "flex", gap: 1.5, alignItems: "center", py: 1, borderTop: 1, borderColor: "divider" }}>
          {String(session.kind).toLowerCase() === "program" ? <Terminal size={18} aria-label={t("a_program")} role="img" /> : <Monitor size={18} aria-label={t("a_browser")} role="img" />}
          <Box sx={{ flex: 1, minWidth: 0 }}>
            <Box sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
              <Tooltip title={session.agent ?? ""}><Typography component="span" sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>{agentWords(session.agent) ?? t("unknown_agent")}</Typography></Tooltip>
              {session.is_current && <Chip size="small" color="success" variant="outlined" label={t("this_one")} />}
            </Box>
            <Typography variant="body2" color="textSecondary">
              {[session.address, t("signed_in_by", { method: t(`method.${session.method.split(":")[0]}`, session.method) })].filter(Boolean).join(" · ")} · {t("seen")} <TimeText at={session.seen_at} />
            </Typography>
          </Box>
          {!session.is_current && <Button size="small" color="error" sx={{ minWidth: 0 }} onClick={() => onEnd(session)}>{t("end")}</Button>}
        </Box>
      ))}
    </Box>
  );
}
