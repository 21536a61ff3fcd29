import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import IconButton from "@mui/material/IconButton";
import ListItemIcon from "@mui/material/ListItemIcon";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Tooltip from "@mui/material/Tooltip";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Activity, Archive, ArchiveRestore, Copy, Download, EllipsisVertical, Play, Tags, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/query";
import { useConfirm } from "@/components/Confirm";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { ahead } from "@/lib/ahead";
import { useChanged } from "@/lib/useChanged";
import { useWorkspace } from "@/lib/workspace";
import { RunDialog } from "../builder/RunDialog";
import { download } from "../download";
import { valueOf } from "../model/compare";
import { afterArchiving } from "./after";
import { TagsDialog } from "./TagsDialog";
import { archive, duplicate, type Pipeline, pipelineQuery, refresh, remove } from "../requests";

/** What can be done with a pipeline of the list. */
export function RowActions({ slug, pipeline, tags }: { slug: string; pipeline: Pipeline; tags: string[] }) {
  const { t } = useTranslation("pipelines");
  const { may } = useWorkspace();
  const navigate = useNavigate();
  const toasts = useToasts();
  const confirm = useConfirm();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [document, setDocument] = useState<string>();
  const [isCopying, setIsCopying] = useState(false);
  const [isTagging, setIsTagging] = useState(false);
  const isAway = pipeline.archived_at != null;
  const mayEdit = may("editor");
  const attempt = async (deed: () => Promise<unknown>) => {
    try {
      await deed();
      void refresh();
    } catch (error) {
      toasts.failed(error);
    }
  };
  const read = async () => (await queries.fetchQuery(pipelineQuery(slug, pipeline.id))).value.current.document;
  const putAway = useMutation({
    mutationFn: (away: boolean) => archive(slug, pipeline.id, away),
    ...ahead<boolean>({ keys: [["pipelines", slug]], change: (shown, away, key) => afterArchiving(shown, pipeline.id, away, key), failed: toasts.failed }),
    onSuccess: (_, away) => toasts.done(t(away ? "put_away" : "taken_out", { name: pipeline.name }), { label: t("common:undo"), run: () => putAway.mutate(!away) }),
  });
  const destroy = async () => {
    if (await confirm({ title: t("delete_title", { name: pipeline.name }), text: t("delete_text"), deed: t("common:delete"), destroys: true, typed: pipeline.name })) await attempt(async () => { await remove(slug, pipeline.id); toasts.done(t("deleted", { name: pipeline.name })); });
  };
  const item = (icon: ReactNode, label: string, run: () => void) => <MenuItem onClick={() => { setAnchor(null); run(); }}><ListItemIcon>{icon}</ListItemIcon>{label}</MenuItem>;
  return (
    <>
      {may("operator") && !isAway && <Tooltip title={t("run")}><IconButton size="small" aria-label={t("run_title", { name: pipeline.name })} onClick={() => void attempt(async () => setDocument(await read()))}><Play size={16} /></IconButton></Tooltip>}
      <IconButton size="small" aria-label={t("actions_for", { name: pipeline.name })} aria-haspopup="menu" aria-expanded={anchor !== null} onClick={(event) => setAnchor(event.currentTarget)}><EllipsisVertical size={16} /></IconButton>
      <Menu open={anchor !== null} anchorEl={anchor} onClose={() => setAnchor(null)}>
        {item(<Activity size={16} />, t("its_runs"), () => void navigate({ to: "/w/$workspace/runs", params: { workspace: slug }, search: { pipeline: pipeline.name } }))}
        {mayEdit && item(<Copy size={16} />, t("duplicate"), () => setIsCopying(true))}
        {mayEdit && item(<Tags size={16} />, t("tags_set"), () => setIsTagging(true))}
        {item(<Download size={16} />, t("export_yaml"), () => void attempt(async () => download(`${pipeline.name}.yaml`, await read())))}
        {mayEdit && (isAway ? item(<ArchiveRestore size={16} />, t("take_out"), () => putAway.mutate(false)) : item(<Archive size={16} />, t("archive"), () => putAway.mutate(true)))}
        {mayEdit && isAway && item(<Trash2 size={16} />, t("delete_for_good"), () => void destroy())}
      </Menu>
      {document !== undefined && <RunDialog slug={slug} pipeline={pipeline.id} name={pipeline.name} value={valueOf(document)} onClose={() => setDocument(undefined)} />}
      {isTagging && <TagsDialog slug={slug} pipeline={pipeline} known={tags} onClose={() => setIsTagging(false)} />}
      {isCopying && <CopyDialog slug={slug} pipeline={pipeline} onClose={() => setIsCopying(false)} />}
    </>
  );
}

function CopyDialog({ slug, pipeline, onClose }: { slug: string; pipeline: Pipeline; onClose: () => void }) {
  const { t } = useTranslation("pipelines");
  const navigate = useNavigate();
  const [name, setName] = useState(`${pipeline.name}-copy`);
  const [error, setError] = useState<unknown>();
  const make = async () => {
    try {
      const made = await duplicate(slug, pipeline.id, name.trim());
      void refresh();
      void navigate({ to: "/w/$workspace/pipelines/$pipeline", params: { workspace: slug, pipeline: made.name }, ignoreBlocker: true });
    } catch (fault) {
      setError(fault);
    }
  };
  const guarded = useLeaveGuard(useChanged(name));
  const leave = () => guarded(onClose);
  return (
    <Dialog open onClose={leave} maxWidth="xs" fullWidth aria-labelledby="copy-title">
      <form onSubmit={(event) => { event.preventDefault(); void make(); }}>
        <DialogTitle id="copy-title">{t("duplicate_title", { name: pipeline.name })}</DialogTitle>
        <DialogContent>
          <TextField autoFocus label={t("duplicate_name")} value={name} onChange={(event) => setName(event.target.value)} helperText={t("duplicate_text")} sx={{ mt: 1 }} />
          <ProblemAlert error={error} />
        </DialogContent>
        <DialogActions>
          <Button onClick={leave}>{t("common:cancel")}</Button>
          <Button type="submit" variant="contained" disabled={name.trim() === ""}>{t("duplicate")}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
