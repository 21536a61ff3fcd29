import Autocomplete from "@mui/material/Autocomplete";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import TextField from "@mui/material/TextField";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { useChanged } from "@/lib/useChanged";
import { type Pipeline, refresh, setTags } from "../requests";

/** The words by which a pipeline is found. What is typed and not yet entered counts as well. */
export function TagsDialog({ slug, pipeline, known, onClose }: { slug: string; pipeline: Pipeline; known: string[]; onClose: () => void }) {
  const { t } = useTranslation("pipelines");
  const [tags, setChosen] = useState(pipeline.tags);
  const [typed, setTyped] = useState("");
  const keep = useMutation({
    mutationFn: () => setTags(slug, pipeline.id, typed.trim() === "" ? tags : [...tags, typed.trim()]),
    onSuccess: () => { void refresh(); onClose(); },
  });
  const guarded = useLeaveGuard(useChanged([tags, typed]));
  const leave = () => guarded(onClose);
  return (
    <Dialog open onClose={leave} maxWidth="xs" fullWidth aria-labelledby="tags-title">
      <form onSubmit={(event) => { event.preventDefault(); keep.mutate(); }}>
        <DialogTitle id="tags-title">{t("tags_title", { name: pipeline.name })}</DialogTitle>
        <DialogContent>
          <Autocomplete multiple freeSolo options={known.filter((tag) => !tags.includes(tag))} value={tags} inputValue={typed} onInputChange={(_, text) => setTyped(text)} onChange={(_, next) => setChosen(next)} renderInput={(params) => <TextField {...params} autoFocus label={t("tags")} helperText={t("tags_hint")} sx={{ mt: 1 }} />} />
          <ProblemAlert error={keep.error} />
        </DialogContent>
        <DialogActions>
          <Button onClick={leave}>{t("common:cancel")}</Button>
          <Button type="submit" variant="contained" disabled={keep.isPending}>{t("common:save")}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
