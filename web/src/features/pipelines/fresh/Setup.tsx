import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { connectionsQuery } from "@/lib/connections";
import { useChanged } from "@/lib/useChanged";
import { documentOf, type Slot, type Starter } from "./starters";

interface Props {
  slug: string;
  starter: Starter;
  onReady: (text: string) => void;
  onClose: () => void;
}

const FITS: Record<Slot, (connector: string) => boolean> = { FROM: (one) => one !== "file" && one !== "singer", TO: (one) => one !== "file" && one !== "singer", FILES: (one) => one === "file" };

/** What a beginning needs to know: its name, and which connections. */
export function Setup({ slug, starter, onReady, onClose }: Props) {
  const { t } = useTranslation("pipelines");
  const connections = useQuery(connectionsQuery(slug));
  const [name, setName] = useState<string>(t(`starter.${starter.key}.name`));
  const [chosen, setChosen] = useState<Partial<Record<Slot, string>>>({});
  const fitting = (slot: Slot) => (connections.data ?? []).filter((one) => FITS[slot](one.connector));
  const valueOf = (slot: Slot): string => {
    const choices = fitting(slot);
    // What is read and what is written are mostly not the same.
    const other = slot === "TO" && starter.slots.includes("FROM") ? choices.find((one) => one.name !== valueOf("FROM")) : undefined;
    return chosen[slot] ?? (other ?? choices[0])?.name ?? "";
  };
  const begin = () => {
    const found = Object.fromEntries(starter.slots.flatMap((slot) => { const one = connections.data?.find((each) => each.name === valueOf(slot)); return one ? [[slot, { name: one.name, connector: one.connector }]] : []; }));
    onReady(documentOf(starter, name.trim() || "pipeline", found));
  };
  const guarded = useLeaveGuard(useChanged([name, chosen]));
  const leave = () => guarded(onClose);
  return (
    <Dialog open onClose={leave} maxWidth="xs" fullWidth aria-labelledby="setup-title">
      <form onSubmit={(event) => { event.preventDefault(); begin(); }}>
        <DialogTitle id="setup-title">{t(`starter.${starter.key}.title`)}</DialogTitle>
        <DialogContent sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
          <Typography color="textSecondary">{t(`starter.${starter.key}.text`)}</Typography>
          <TextField autoFocus label={t("name_pipeline")} value={name} onChange={(event) => setName(event.target.value)} required />
          {starter.slots.map((slot) => (
            <TextField key={slot} select label={t(`slot.${slot}`)} value={valueOf(slot)} onChange={(event) => setChosen({ ...chosen, [slot]: event.target.value })} helperText={connections.data && fitting(slot).length === 0 ? t("slot_none") : undefined} disabled={fitting(slot).length === 0}>
              {fitting(slot).map((one) => <MenuItem key={one.id} value={one.name}>{one.name} ({one.connector})</MenuItem>)}
            </TextField>
          ))}
        </DialogContent>
        <DialogActions>
          <Button onClick={leave}>{t("common:cancel")}</Button>
          <Button type="submit" variant="contained" disabled={connections.isPending}>{t("begin")}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
