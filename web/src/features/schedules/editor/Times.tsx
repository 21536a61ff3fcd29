import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import FormHelperText from "@mui/material/FormHelperText";
import IconButton from "@mui/material/IconButton";
import TextField from "@mui/material/TextField";
import { Plus, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { sameMinute } from "./plan";

/** Times of a day. They share their minutes, as the rules of documents want it. */
export function Times({ times, onChange }: { times: string[]; onChange: (times: string[]) => void }) {
  const { t } = useTranslation("schedules");
  const isRight = sameMinute(times);
  const add = () => {
    const last = times.at(-1) || "06:00";
    const hour = (Number(last.slice(0, 2)) + 1) % 24;
    onChange([...times, `${String(hour).padStart(2, "0")}:${last.slice(3, 5)}`]);
  };
  return (
    <Box role="group" aria-label={t("when.at_times")}>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "center" }}>
        {times.map((time, index) => (
          <Box key={index} sx={{ display: "flex", alignItems: "center" }}>
            <TextField type="time" required label={t("when.time", { number: index + 1 })} value={time} error={!isRight} onChange={(event) => onChange(times.map((one, at) => (at === index ? event.target.value : one)))} slotProps={{ inputLabel: { shrink: true } }} sx={{ width: 132 }} />
            {times.length > 1 && <IconButton size="small" aria-label={t("when.remove_time", { time })} onClick={() => onChange(times.filter((_, at) => at !== index))}><X size={14} /></IconButton>}
          </Box>
        ))}
        {times.length < 24 && <Button size="small" startIcon={<Plus size={15} />} onClick={add}>{t("when.add_time")}</Button>}
      </Box>
      {!isRight && <FormHelperText error>{t("when.same_minute")}</FormHelperText>}
    </Box>
  );
}
