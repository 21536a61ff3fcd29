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
import { useToasts } from "@/components/Toasts";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { ahead } from "@/lib/ahead";
import { useChanged } from "@/lib/useChanged";
import { type Pipeline, setTags } from "../requests";
import { afterTagging } from "./after";

/** The words by which a pipeline is found. What is typed and not yet entered counts as well. */
export function TagsDialog({ slug, pipeline, known, onClose }: { slug: string; pipeline: Pipeline; known: string[]; onClose: () => void }) {
  const { t } = useTranslation("pipelines");
  const toasts = useToasts();
  const [tags, setChosen] = useState(pipeline.tags);
  const [typed, setTyped] = useState("");
  const keep = useMutation({
    mutationFn: (all: string[]) => setTags(slug, pipeline.id, all),
    ...ahead<string[]>({ keys: [["pipelines", slug]], change: (shown, all, key) => afterTagging(shown, pipeline.id, all, key), failed: toasts.failed }),
  });
  const submit = () => {
    keep.mutate([...new Set(typed.trim() === "" ? tags : [...tags, typed.trim()])]);
    onClose();
  };
  const guarded = useLeaveGuard(useChanged([tags, typed]));
  const leave = () => guarded(onClose);
  return (
    <Dialog open onClose={leave} maxWidth="xs" fullWidth aria-labelledby="tags-title">
      <form onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <DialogTitle id="tags-title">{t("tags_title", { name: pipeline.name })}</DialogTitle>
        <DialogContent>
          <Autocomplete multiple freeSolo options={known.filter((tag) => !tags.includes(tag))} value={tags} inputValue={typed} onInputChange={(_, text) => setTyped(text)} onChange={(_, next) => setChosen(next)} renderInput={(params) => <TextField {...params} autoFocus label={t("tags")} helperText={t("tags_hint")} sx={{ mt: 1 }} />} />
        </DialogContent>
        <DialogActions>
          <Button onClick={leave}>{t("common:cancel")}</Button>
          <Button type="submit" variant="contained">{t("common:save")}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
