import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import useMediaQuery from "@mui/material/useMediaQuery";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CodeEditor } from "@/components/code/CodeEditor";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { connectionsQuery } from "@/lib/connections";
import { nodeTypesQuery } from "@/lib/connectors";
import { useServerWords } from "@/lib/serverWords";
import { useChanged } from "@/lib/useChanged";
import { ConnectionChoice } from "./ConnectionChoice";
import { DrawingView } from "./DrawingView";
import { type Chosen, documentOf, type Slot, type Starter } from "./starters";

interface Props {
  slug: string;
  starter: Starter;
  /** A name like it that no pipeline has yet. */
  free: (wanted: string) => string;
  onReady: (text: string) => void;
  onClose: () => void;
}

/** Files are read from places of files, tables from databases. */
const fits = (slot: Slot, connector: string) => (slot === "FILES" ? connector === "file" : connector !== "file" && connector !== "singer");
const NAMES: Record<Slot, string> = { FROM: "source", TO: "target", FILES: "files" };

/** A beginning before it is taken: its nodes, its document, and what it needs to know. */
export function Setup({ slug, starter, free, onReady, onClose }: Props) {
  const { t } = useTranslation("pipelines");
  const words = useServerWords();
  const narrow = useMediaQuery("(max-width: 700px)");
  const connections = useQuery(connectionsQuery(slug));
  const types = useQuery(nodeTypesQuery);
  const [name, setName] = useState<string>(() => free(t(`starter.${starter.key}.name`)));
  const [given, setGiven] = useState<Partial<Record<Slot, Chosen>>>({});
  const fitting = (slot: Slot): Chosen[] => (connections.data ?? []).filter((one) => fits(slot, one.connector));
  const connectorsOf = (slot: Slot) => (types.data ?? []).filter((one) => one.kind === "connector" && fits(slot, one.name)).map((one) => ({ name: one.name, title: words.text(one.title) }));
  const chosenOf = (slot: Slot): Chosen => {
    const choices = fitting(slot);
    // What is read and what is written are mostly not the same.
    const other = slot === "TO" && starter.slots.includes("FROM") ? choices.find((one) => one.name !== chosenOf("FROM").name) : undefined;
    return given[slot] ?? other ?? choices[0] ?? { name: NAMES[slot], connector: slot === "FILES" ? "file" : (connectorsOf(slot)[0]?.name ?? "sqlite") };
  };
  const chosen = Object.fromEntries(starter.slots.map((slot) => [slot, chosenOf(slot)]));
  const document = documentOf(starter, name.trim() || "pipeline", chosen, t(`starter.${starter.key}.text`));
  const isComplete = name.trim() !== "" && starter.slots.every((slot) => chosenOf(slot).name.trim() !== "");
  const guarded = useLeaveGuard(useChanged([name, given]));
  const leave = () => guarded(onClose);
  return (
    <Dialog open onClose={leave} maxWidth="md" fullWidth fullScreen={narrow} aria-labelledby="setup-title">
      <Box component="form" onSubmit={(event) => { event.preventDefault(); if (isComplete) onReady(document); }} sx={{ display: "flex", flexDirection: "column", minHeight: 0, flex: 1 }}>
        <DialogTitle id="setup-title">{t(`starter.${starter.key}.title`)}</DialogTitle>
        <DialogContent sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
          <Typography color="textSecondary">{t(`starter.${starter.key}.text`)}</Typography>
          <DrawingView document={starter.text} isNamed={!narrow} />
          <Box sx={{ display: "grid", gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "minmax(0, 2fr) minmax(0, 3fr)" }, gap: 2.5, alignItems: "start" }}>
            <Box sx={{ display: "flex", flexDirection: "column", gap: 2, pt: 1 }}>
              <TextField autoFocus label={t("name_pipeline")} value={name} onChange={(event) => setName(event.target.value)} required />
              <ProblemAlert error={connections.error ?? types.error} onRetry={() => { void connections.refetch(); void types.refetch(); }} />
              {connections.data && starter.slots.map((slot) => <ConnectionChoice key={slot} slot={slot} connections={fitting(slot)} connectors={connectorsOf(slot)} chosen={chosenOf(slot)} onChange={(next) => setGiven({ ...given, [slot]: next })} />)}
            </Box>
            <CodeEditor language="yaml" label={t("starter_document")} value={document} readOnly height={narrow ? 260 : 360} />
          </Box>
        </DialogContent>
        <DialogActions>
          <Button onClick={leave}>{t("common:cancel")}</Button>
          <Button type="submit" variant="contained" disabled={connections.isPending || !isComplete}>{t("begin")}</Button>
        </DialogActions>
      </Box>
    </Dialog>
  );
}
