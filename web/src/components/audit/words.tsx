import Box from "@mui/material/Box";
import { Ban, CircleCheck, CircleX } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Entry } from "./filters";

/** "Pipeline: change" for `pipeline.change`. */
export function useActionWords(): (action: string) => string {
  const { t, i18n } = useTranslation("audit");
  return (action) => {
    const [area = "", deed = ""] = action.split(".");
    if (!i18n.exists(`audit:area.${area}`) || !i18n.exists(`audit:deed.${deed}`)) return action;
    return t("action", { area: t(`area.${area}`), deed: t(`deed.${deed}`) });
  };
}

/** Who did it: a name, or what it was that acted. */
export function useActorWords(): (entry: Entry) => string {
  const { t } = useTranslation("audit");
  return (entry) => {
    if (entry.erased_at && !entry.actor) return t("erased");
    const kind = String(entry.actor_kind).toLowerCase();
    if (kind === "key") return t("with_key", { name: entry.actor ?? entry.actor_id });
    return entry.actor ?? t(`actor.${kind}`);
  };
}

const LOOKS = { done: { icon: CircleCheck, color: "success.main" }, denied: { icon: Ban, color: "warning.main" }, failed: { icon: CircleX, color: "error.main" } } as const;

/** How it went: a shape, a colour and a word. */
export function OutcomeMark({ outcome }: { outcome: string }) {
  const { t } = useTranslation("audit");
  const word = outcome.toLowerCase() as keyof typeof LOOKS;
  const { icon: Icon, color } = LOOKS[word] ?? LOOKS.done;
  return (
    <Box component="span" sx={{ display: "inline-flex", alignItems: "center", verticalAlign: "middle", gap: 0.75, color, whiteSpace: "nowrap" }}>
      <Icon size={15} aria-hidden />
      {t(`outcome.${word}`)}
    </Box>
  );
}
