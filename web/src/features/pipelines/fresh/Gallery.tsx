import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import ButtonBase from "@mui/material/ButtonBase";
import InputAdornment from "@mui/material/InputAdornment";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { ChartColumn, Factory, FileInput, GitMerge, History, RefreshCw, Search, Sparkles } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { plain } from "@/lib/plain";
import { DrawingView } from "./DrawingView";
import { type Goal, GOALS, type Starter, STARTERS } from "./starters";

const ICONS: Record<Goal, typeof History> = { load: FileInput, keep: RefreshCw, clean: Sparkles, combine: GitMerge, report: ChartColumn, history: History, machines: Factory };

/** Good beginnings by what one wants to do, each with a picture of its nodes. */
export function Gallery({ onOpen }: { onOpen: (starter: Starter) => void }) {
  const { t } = useTranslation("pipelines");
  const [typed, setTyped] = useState("");
  const words = plain(typed).split(/\s+/).filter(Boolean);
  const fits = (starter: Starter) => {
    const text = plain([t(`goal.${starter.goal}`), t(`starter.${starter.key}.title`), t(`starter.${starter.key}.text`), starter.text].join(" "));
    return words.every((word) => text.includes(word));
  };
  const found = STARTERS.filter(fits);
  return (
    <Box sx={{ mb: 4 }}>
      <Box sx={{ display: "flex", gap: 2, flexWrap: "wrap", alignItems: "center", justifyContent: "space-between", mb: 2 }}>
        <Typography variant="h2">{t("starters")}</Typography>
        <TextField type="search" value={typed} onChange={(event) => setTyped(event.target.value)} placeholder={t("starters_search")} sx={{ width: { xs: "100%", sm: 320 } }} slotProps={{ htmlInput: { "aria-label": t("starters_search") }, input: { startAdornment: <InputAdornment position="start"><Search size={16} aria-hidden /></InputAdornment> } }} />
      </Box>
      <Typography role="status" color="textSecondary" sx={{ mb: words.length > 0 ? 1.5 : 0 }}>{words.length > 0 && t("starters_found", { count: found.length })}</Typography>
      {found.length === 0 && <Button variant="outlined" onClick={() => setTyped("")}>{t("starters_all")}</Button>}
      {(Object.keys(GOALS) as Goal[]).map((goal) => {
        const own = found.filter((one) => one.goal === goal);
        const Icon = ICONS[goal];
        return own.length > 0 && (
          <Box key={goal} component="section" aria-labelledby={`goal-${goal}`} sx={{ mb: 3 }}>
            <Typography variant="h3" id={`goal-${goal}`} sx={{ display: "flex", alignItems: "center", gap: 1, mb: 1 }}><Box component={Icon} size={17} aria-hidden sx={{ color: "primary.main" }} />{t(`goal.${goal}`)}</Typography>
            <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0, display: "grid", gridTemplateColumns: "repeat(auto-fill, minmax(min(270px, 100%), 1fr))", gap: 1.5 }}>
              {own.map((one) => (
                <Box component="li" key={one.key} sx={{ display: "flex" }}>
                  <ButtonBase onClick={() => onOpen(one)} sx={{ flex: 1, display: "flex", flexDirection: "column", gap: 1.5, p: 2, alignItems: "stretch", justifyContent: "space-between", textAlign: "left", border: 1, borderColor: "divider", borderRadius: 1.5, bgcolor: "background.paper", "&:hover, &.Mui-focusVisible": { borderColor: "primary.main" } }}>
                    <Box component="span"><Typography component="span" sx={{ fontWeight: 650, display: "block" }}>{t(`starter.${one.key}.title`)}</Typography><Typography component="span" variant="body2" color="textSecondary">{t(`starter.${one.key}.text`)}</Typography></Box>
                    <DrawingView document={one.text} />
                  </ButtonBase>
                </Box>
              ))}
            </Box>
          </Box>
        );
      })}
    </Box>
  );
}
