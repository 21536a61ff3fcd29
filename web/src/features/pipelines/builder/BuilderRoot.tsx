import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import IconButton from "@mui/material/IconButton";
import Tooltip from "@mui/material/Tooltip";
import useMediaQuery from "@mui/material/useMediaQuery";
import { useNavigate, useRouterState, useSearch } from "@tanstack/react-router";
import { ReactFlowProvider } from "@xyflow/react";
import { PanelLeftOpen, X } from "lucide-react";
import { useDeferredValue, useEffect, useLayoutEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useConfirm } from "@/components/Confirm";
import { Marked } from "@/components/Marked";
import { useToasts } from "@/components/Toasts";
import { useLeaveGuard } from "@/components/useLeaveGuard";
import { ListSkeleton } from "@/components/Waiting";
import { say } from "@/lib/sayings";
import { useStable } from "@/lib/useLatest";
import { usePeople } from "@/lib/usePeople";
import type { Kinds } from "../model/kinds";
import { loads } from "../model/graph";
import { isObject } from "../model/yaml";
import { type PipelineView, refresh, rollback } from "../requests";
import { VersionsDrawer } from "../versions/VersionsDrawer";
import { Canvas } from "./Canvas";
import { ConflictDialog } from "./ConflictDialog";
import { type Builder, BuilderContext, BuilderStore, StoreContext } from "./context";
import { DocumentDialog } from "./DocumentDialog";
import { InsertDialog } from "./InsertDialog";
import { KeysDialog } from "./KeysDialog";
import { NodePanel } from "./NodePanel";
import { Palette } from "./Palette";
import { NodeDialog, Steps } from "./Phone";
import { Bottom, type Pane } from "./Bottom";
import { PreviewBar } from "./Preview";
import { usePresence } from "./presence";
import { useTrials } from "./useTrials";
import { RunDialog } from "./RunDialog";
import { StartHint } from "./StartHint";
import { Toolbar, type View } from "./Toolbar";
import { useBuilderState } from "./useBuilderState";
import { focusNode, useKeys } from "./useKeys";
import { useNamedKinds } from "./useNamedKinds";
import { type Base, useSaving } from "./useSaving";
import { YamlSide } from "./YamlSide";

interface Props {
  kinds: Kinds;
  /** The pipeline as the server has it now. */
  saved?: { value: PipelineView; etag: string };
  address?: string;
  /** Text of a pipeline that is new. */
  fresh?: string;
}

type Open = "insert" | "target" | "keys" | "document" | "run" | "changes" | "tests" | null;

/** The builder: canvas, text, forms and rows of one pipeline. */
export function BuilderRoot({ kinds: given, saved, address, fresh = "" }: Props) {
  const { t } = useTranslation("pipelines");
  const kinds = useNamedKinds(given);
  const navigate = useNavigate();
  const confirm = useConfirm();
  const toasts = useToasts();
  const search = useSearch({ strict: false });
  const narrow = useMediaQuery("(max-width: 899px)");
  const wide = useMediaQuery("(min-width: 1700px)");
  const [base, setBase] = useState<Base>(() => ({ text: saved?.value.current.document ?? "", etag: saved?.etag ?? "", version: saved?.value.version ?? 0 }));
  const isRunWanted = useRouterState({ select: (state) => (state.location.state as { run?: boolean }).run === true });
  // Of the page that opens with it; the one that is left for it hears of it as well.
  const [wantsRun] = useState(isRunWanted);
  const [open, setOpen] = useState<Open>(wantsRun ? "run" : null);
  // It is asked once: who comes back to this page, or loads it again, did not ask for a run.
  useEffect(() => {
    if (wantsRun) void navigate({ to: ".", search: (old) => old, state: {}, replace: true, resetScroll: false, ignoreBlocker: true });
  }, [wantsRun, navigate]);
  const [hasPalette, setHasPalette] = useState(true);
  const [hasRows, setHasRows] = useState(true);
  const [pane, setPane] = useState<Pane>("rows");
  const [heard, setHeard] = useState<number>();
  const [isPanelShut, setIsPanelShut] = useState(false);
  const state = useBuilderState(saved?.value, saved?.value.current.document ?? fresh, base.text, kinds, true);
  const people = usePresence(state.slug, saved?.value.id, state.selected.at(-1));
  const trials = useTrials(state);
  const builder: Builder = { ...state, tests: trials.byNode, people };
  const nameOf = usePeople(state.slug);
  const { slug, text, graph, selected, isDirty, mayEdit } = builder;
  const saving = useSaving({ slug, view: saved?.value, address, base, setBase, text });

  // Somebody else saved: who changed nothing sees the newer version at once, others are told.
  const isOld = saved !== undefined && saved.value.version > base.version;
  if (isOld && !isDirty) {
    setBase({ text: saved.value.current.document, etag: saved.etag, version: saved.value.version });
    builder.begin(saved.value.current.document);
    setHeard(saved.value.version);
  }
  const byWhom = (saved && nameOf(saved.value.current.created_by)) ?? t("somebody");
  const showVersion = (version: number) => void navigate({ to: ".", search: (old) => ({ ...old, version }), replace: true, resetScroll: false });
  useEffect(() => {
    document.title = `${typeof graph.value.name === "string" ? graph.value.name : t("unnamed")} · Towpath`;
  }, [graph, t]);
  // A canvas on which nothing was put is nothing to lose.
  useLeaveGuard(isDirty && (saved !== undefined || text !== fresh || graph.nodes.size > 0), []);

  const views: View[] = narrow ? ["steps", "canvas", "yaml"] : ["canvas", "split", "yaml"];
  const view = views.find((one) => one === search.view) ?? (narrow ? "steps" : "canvas");
  const setView = (next: View) => void navigate({ to: ".", search: (old) => ({ ...old, view: next === views[0] ? undefined : next }), replace: true });
  /** A pipeline that loads nothing cannot run: asks where the rows of its last node should go. */
  const wantTarget = () => {
    const last = selected.at(-1) ?? [...graph.nodes.keys()].findLast((name) => !graph.edges.some((edge) => edge.node === name));
    if (last !== undefined && selected.length !== 1) builder.select([last]);
    setOpen(last === undefined ? "insert" : "target");
  };
  const save = async () => { if (isDirty && mayEdit && !saving.isSaving) await saving.keep(); };
  const run = async () => {
    if (mayEdit && builder.broken.length === 0 && !loads(graph)) return wantTarget();
    if (isDirty && mayEdit && !(await saving.keep({ run: true }))) return;
    setOpen("run");
  };
  const preview = () => { setHasRows(true); setPane("rows"); if (selected.length === 0) builder.select([...graph.nodes.keys()].slice(0, 1)); };
  const openForm = () => { setIsPanelShut(false); requestAnimationFrame(() => document.querySelector<HTMLElement>("#node-panel-body input, #node-panel-body [role=combobox]")?.focus()); };
  const { copy } = useKeys(builder, { save: () => void save(), insert: () => setOpen("insert"), preview, keys: () => setOpen("keys"), openForm, leaveForm: () => focusNode(selected.at(-1)) });
  const goBack = async (version: number) => {
    if (!saved || !(await confirm({ title: t("rollback_title", { version }), text: t("rollback_text"), deed: t("rollback") }))) return;
    try {
      const { value, etag } = await rollback(slug, saved.value.id, version, saved.etag, t("rollback_remark", { version }));
      setBase({ text: value.current.document, etag, version: value.version });
      builder.begin(value.current.document);
      void refresh();
      void navigate({ to: ".", search: (old) => ({ ...old, version: undefined }), replace: true });
      toasts.done(t("saved", { version: value.version }));
    } catch (error) {
      toasts.failed(error);
    }
  };
  const node = graph.nodes.get(selected.at(-1) ?? "");
  // Where the page opens with a node, its form is drawn right after the canvas; later on, at once, for keys go there.
  const isCanvasThere = useDeferredValue(true, false);
  const hasPanel = node !== undefined && !isPanelShut && !narrow && view !== "yaml";
  const isEmpty = graph.nodes.size === 0 && builder.broken.length === 0;
  // Keys that went to the panel go to the node that it was of.
  const closePanel = () => { focusNode(selected.at(-1)); builder.select([]); setIsPanelShut(false); };
  const isSplit = view === "split";
  const deeds = useStable({
    setView,
    changes: () => { setHasRows(true); setPane("changes"); if (narrow) setOpen("changes"); },
    tests: () => { setHasRows(true); setPane("tests"); if (narrow) setOpen("tests"); },
    save: () => void save(),
    run: () => void run(),
    insert: () => setOpen("insert"),
    target: wantTarget,
    document: () => setOpen("document"),
    keys: () => setOpen("keys"),
    preview,
    copy,
    closePanel,
    closeRows: () => setHasRows(false),
    openRows: () => setHasRows(true),
    closePalette: () => setHasPalette(false),
  });
  const [store] = useState(() => new BuilderStore(builder));
  useLayoutEffect(() => store.tell(builder));
  const canvas = useMemo(() => <ReactFlowProvider><Canvas locked={narrow} /></ReactFlowProvider>, [narrow]);
  return (
    <StoreContext value={store}><BuilderContext value={builder}>
      <Box sx={{ display: "flex", flexDirection: "column", height: { xs: "auto", md: 0 }, flex: { md: "1 0 auto" }, minHeight: { xs: "calc(100dvh - 52px)", md: 0 } }}>
        <Toolbar view={view} setView={deeds.setView} narrow={narrow} isSaving={saving.isSaving} onSave={deeds.save} onRun={deeds.run} onInsert={deeds.insert} onDocument={deeds.document} onKeys={deeds.keys} onChanges={deeds.changes} onTests={deeds.tests} onTarget={deeds.target} />
        {isOld && isDirty && (
          <Alert severity="warning" square action={<Button color="inherit" size="small" onClick={() => saving.setNewer({ text: saved.value.current.document, etag: saved.etag, version: saved.value.version })}>{t("newer_show")}</Button>}>
            {t("newer", { name: byWhom, version: saved.value.version })}
          </Alert>
        )}
        {!isOld && saved && heard === saved.value.version && (
          <Alert severity="info" square action={<><Button color="inherit" size="small" onClick={() => showVersion(base.version - 1)}>{t("newer_show")}</Button><IconButton size="small" color="inherit" aria-label={t("common:close")} onClick={() => setHeard(undefined)}><X size={16} /></IconButton></>}>
            {t("newer_taken", { name: byWhom, version: heard })}
          </Alert>
        )}
        {builder.broken.length > 0 && view !== "yaml" && (
          <Alert severity="error" square action={view !== "split" && <Button color="inherit" size="small" onClick={() => setView(narrow ? "yaml" : "split")}>{t("broken_show")}</Button>}>
            <Marked text={t("broken", { line: builder.broken[0]?.line ?? 1, message: say(builder.broken[0]?.message ?? "") })} />
          </Alert>
        )}
        <Box sx={{ flex: 1, minHeight: 0, display: "flex" }}>
          {mayEdit && !narrow && (view === "canvas" || (view === "split" && wide)) && hasPalette && <Palette onClose={deeds.closePalette} />}
          <Box sx={{ flex: 1, minWidth: 0, display: "flex", flexDirection: "column" }}>
            <Box sx={{ flex: 1, minHeight: narrow && view !== "steps" ? "62vh" : 0, display: "flex" }}>
              {(view === "canvas" || view === "split") && (
                <Box sx={{ flex: 1, minWidth: 0, position: "relative" }}>
                  {canvas}
                  {isEmpty && <StartHint onInsert={() => setOpen("insert")} />}
                  {mayEdit && view === "canvas" && !narrow && !hasPalette && <Tooltip title={t("palette_open")}><IconButton size="small" onClick={() => setHasPalette(true)} aria-label={t("palette_open")} sx={{ position: "absolute", top: 8, left: 8, bgcolor: "background.paper", border: 1, borderColor: "divider" }}><PanelLeftOpen size={16} /></IconButton></Tooltip>}
                </Box>
              )}
              {(view === "split" || view === "yaml") && <Box sx={{ flex: 1, minWidth: 0, borderLeft: view === "split" ? 1 : 0, borderColor: "divider", minHeight: { xs: "62vh", md: 0 } }}><YamlSide onRun={deeds.preview} /></Box>}
              {view === "steps" && (isEmpty ? <Box sx={{ position: "relative", flex: 1, minHeight: "50vh" }}><StartHint onInsert={() => setOpen("insert")} /></Box> : <Steps onInsert={() => setOpen("insert")} />)}
            </Box>
            {!narrow && !isEmpty && (hasRows ? <Box sx={{ height: "min(38%, 330px)", borderTop: 1, borderColor: "divider", flexShrink: 0 }}><Bottom pane={pane} setPane={setPane} trials={trials} onClose={deeds.closeRows} /></Box> : <PreviewBar onOpen={deeds.openRows} />)}
          </Box>
          {hasPanel && <Box sx={{ width: isSplit ? 340 : 380, flexShrink: 0, borderLeft: 1, borderColor: "divider", bgcolor: "background.paper", minHeight: 0 }}>{isCanvasThere ? <NodePanel onPreview={deeds.preview} onCopy={deeds.copy} onClose={deeds.closePanel} /> : <ListSkeleton text={t("common:loading_page")} />}</Box>}
        </Box>
      </Box>
      {narrow && node && view !== "yaml" && <NodeDialog onCopy={copy} onClose={closePanel} />}
      {(open === "insert" || open === "target") && <InsertDialog target={open === "target"} onClose={() => setOpen(null)} />}
      {narrow && (open === "changes" || open === "tests") && <Dialog open fullScreen onClose={() => setOpen(null)} slotProps={{ paper: { "aria-label": t("panes"), "aria-labelledby": undefined } }}><Bottom pane={pane} setPane={setPane} trials={trials} onClose={() => setOpen(null)} /></Dialog>}
      {open === "keys" && <KeysDialog onClose={() => setOpen(null)} />}
      {open === "document" && <DocumentDialog onClose={() => setOpen(null)} />}
      {open === "run" && saved && <RunDialog slug={slug} pipeline={saved.value.id} name={saved.value.name} value={isObject(graph.value) ? graph.value : {}} onClose={() => setOpen(null)} />}
      {saved && search.version !== undefined && <VersionsDrawer slug={slug} view={saved.value} kinds={kinds} version={Number(search.version)} onRollback={mayEdit ? (version) => void goBack(version) : undefined} />}
      {saving.newer && (
        <ConflictDialog
          base={base.text}
          mine={text}
          newer={saving.newer}
          kinds={kinds}
          onClose={() => saving.setNewer(undefined)}
          onTakeTheirs={() => { const { newer } = saving; if (!newer) return; builder.setText(newer.text); setBase(newer); saving.setNewer(undefined); }}
          onMerge={(merged, byHand) => { const { newer } = saving; if (!newer) return; builder.setText(merged); setBase(newer); saving.setNewer(undefined); if (byHand) setView(narrow ? "yaml" : "split"); toasts.done(t("merged")); }}
          onKeepMine={() => { const { newer } = saving; if (newer) void saving.keep({ etag: newer.etag }); }}
        />
      )}
    </BuilderContext></StoreContext>
  );
}
