import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Drawer from "@mui/material/Drawer";
import IconButton from "@mui/material/IconButton";
import Typography from "@mui/material/Typography";
import { X } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Facts } from "@/components/Panel";
import { formatNumber, formatTime } from "@/lib/format";
import { changes, worded } from "./diff";
import type { AuditSearch, Entry } from "./filters";
import { OutcomeMark, useActionWords, useActorWords } from "./words";

interface Props {
  entry: Entry;
  onClose: () => void;
  onFollow: (search: AuditSearch) => void;
}

/** One entry: what changed, from where, and how it stands in the chain. */
export function AuditEntry({ entry, onClose, onFollow }: Props) {
  const { t } = useTranslation("audit");
  const title = useId();
  const action = useActionWords();
  const actor = useActorWords();
  const changed = changes(entry.before, entry.after);
  return (
    <Drawer anchor="right" open onClose={onClose} slotProps={{ paper: { role: "dialog", "aria-labelledby": title, "aria-modal": true, sx: { width: { xs: "100%", sm: 560 }, p: 2.5, pt: 9, "& > *": { flexShrink: 0 } } } }}>
      <Box sx={{ display: "flex", alignItems: "flex-start", gap: 1, mb: 2 }}>
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography variant="h2" id={title}>{action(entry.action)}</Typography>
          <Typography variant="body2" color="textSecondary">{formatTime(entry.at)}</Typography>
        </Box>
        <IconButton onClick={onClose} aria-label={t("common:close")} autoFocus><X size={18} /></IconButton>
      </Box>
      <Facts
        facts={[
          [t("who"), actor(entry)],
          [t("on"), [entry.object ?? entry.object_id, entry.object_kind && `(${t(`area.${entry.object_kind}`, entry.object_kind)})`].filter(Boolean).join(" ") || t("nothing_named")],
          [t("outcome_label"), <OutcomeMark key="outcome" outcome={entry.outcome} />],
          [t("address"), entry.address ?? t("none")],
          [t("request"), entry.request ? <code>{entry.request}</code> : t("none")],
          [t("word"), <code key="word">{entry.action}</code>],
        ]}
      />
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, my: 2 }}>
        {entry.object_id && <Button size="small" variant="outlined" onClick={() => onFollow({ object: entry.object_id ?? undefined })}>{t("follow_object")}</Button>}
        {entry.actor_id && <Button size="small" variant="outlined" onClick={() => onFollow({ actor: entry.actor_id ?? undefined })}>{t("follow_actor")}</Button>}
        <Button size="small" variant="outlined" onClick={() => onFollow({ action: entry.action })}>{t("follow_action")}</Button>
      </Box>
      {entry.erased_at && <Typography variant="body2" sx={{ mb: 2 }}>{t("erased_text", { at: formatTime(entry.erased_at) })}</Typography>}
      {changed.length > 0 && (
        <>
          <Typography variant="h3" sx={{ mb: 1 }}>{entry.before == null ? t("made") : entry.after == null ? t("removed") : t("changed")}</Typography>
          <Box sx={{ border: 1, borderColor: "divider", borderRadius: 1, overflow: "hidden", mb: 2 }}>
            {changed.map((change) => (
              <Box key={change.path} sx={{ px: 1.5, py: 1, borderBottom: 1, borderColor: "divider", "&:last-child": { borderBottom: 0 } }}>
                <Typography variant="caption" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>{change.path}</Typography>
                <Value value={change.before} word={t("before")} sign="−" color="error.main" />
                <Value value={change.after} word={t("after")} sign="+" color="success.main" />
              </Box>
            ))}
          </Box>
        </>
      )}
      {entry.detail != null && (
        <>
          <Typography variant="h3" sx={{ mb: 1 }}>{t("detail")}</Typography>
          <Box component="pre" tabIndex={0} sx={{ m: 0, mb: 2, p: 1.5, overflow: "auto", fontSize: 12.5, border: 1, borderColor: "divider", borderRadius: 1 }}>{JSON.stringify(entry.detail, null, 2)}</Box>
        </>
      )}
      <Typography variant="h3" sx={{ mb: 1 }}>{t("chain")}</Typography>
      <Facts facts={[[t("number"), formatNumber(entry.number)], [t("hash"), <code key="hash">{entry.hash}</code>], [t("previous"), <code key="previous">{entry.previous}</code>]]} />
    </Drawer>
  );
}

function Value({ value, word, sign, color }: { value: unknown; word: string; sign: string; color: string }) {
  if (value === undefined || value === null) return null;
  return (
    <Box sx={{ display: "flex", gap: 1, fontSize: 13 }}>
      <Box component="span" aria-label={word} role="img" sx={{ color, fontWeight: 700 }}>{sign}</Box>
      <Box component="span" sx={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>{worded(value)}</Box>
    </Box>
  );
}
