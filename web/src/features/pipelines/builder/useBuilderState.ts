import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useToasts } from "@/components/Toasts";
import { useWorkspace } from "@/lib/workspace";
import { removeNodes } from "../model/edits";
import type { Role } from "../model/graph";
import { insertion } from "../model/insert";
import type { Kinds } from "../model/kinds";
import { placesOf } from "../model/place";
import type { Json } from "../model/yaml";
import { connectionsQuery } from "@/lib/connections";
import type { PipelineView } from "../requests";
import type { Builder } from "./context";
import { useChecks } from "./useChecks";
import { useDraft } from "./useDraft";

/** The state of the builder of one pipeline. `base` is the text that is saved. */
export function useBuilderState(view: PipelineView | undefined, first: string, base: string, kinds: Kinds, wantsColumns: boolean) {
  const { t } = useTranslation("pipelines");
  const { slug, may } = useWorkspace();
  const toasts = useToasts();
  const navigate = useNavigate();
  const { node } = useSearch({ strict: false });
  const draft = useDraft(first, kinds);
  const { graph, edit, undo } = draft;
  const [many, setMany] = useState<string[]>([]);
  const [edge, setEdge] = useState<string>();
  const [params, setParams] = useState<Json>({});
  const { data: connections } = useQuery(connectionsQuery(slug));
  const mayEdit = may("editor") && !view?.archived_at;

  // One node that is selected stands in the address; several are only here.
  const selected = useMemo(() => (many.length > 1 ? many : node ? [node] : []).filter((name) => graph.nodes.has(name)), [many, node, graph]);
  const select = useCallback(
    (names: string[]) => {
      setMany(names);
      if (names.length > 0) setEdge(undefined);
      const only = names.length === 1 ? names[0] : undefined;
      void navigate({ to: ".", search: (old) => ({ ...old, node: only }), replace: true, resetScroll: false });
    },
    [navigate],
  );
  const insert = useCallback(
    (role: string, kind: string, connection?: string, at?: [number, number]) => {
      const { edit: how, name } = insertion(graph, kinds, { role: role as Role, kind, connection, at }, selected.at(-1), edge);
      edit(how);
      select([name]);
      return name;
    },
    [graph, kinds, selected, edge, edit, select],
  );
  const removeSelected = useCallback(() => {
    if (selected.length === 0) return;
    edit(removeNodes(kinds, selected));
    select([]);
    toasts.done(t("removed_nodes", { count: selected.length, name: selected[0] }), { label: t("common:undo"), run: undo });
  }, [selected, edit, kinds, select, toasts, t, undo]);

  const checks = useChecks(slug, mayEdit ? undefined : view?.id, draft.text, graph, draft.broken.length > 0, params, wantsColumns);
  const places = useMemo(() => placesOf(graph), [graph]);
  // The YAML reader speaks English, and to programmers.
  const broken = useMemo(() => draft.broken.map((one) => ({ ...one, message: t(`yaml_fault.${one.code ?? ""}`, { defaultValue: one.message }) })), [draft.broken, t]);
  const problems = useMemo(() => [...broken, ...checks.problems], [broken, checks.problems]);

  const builder: Omit<Builder, "tests" | "people"> = {
    slug,
    view,
    kinds,
    connections: connections ?? [],
    mayEdit,
    mayRun: may("operator") && !view?.archived_at,
    text: draft.text,
    isDirty: draft.text !== base,
    graph,
    broken,
    problems,
    isChecking: checks.isChecking,
    edit,
    setText: draft.setText,
    rename: draft.rename,
    undo,
    redo: draft.redo,
    canUndo: draft.canUndo,
    canRedo: draft.canRedo,
    selected,
    select,
    insert,
    removeSelected,
    places,
    params,
    setParams,
    outlines: checks.outlines,
    isPlanning: checks.isPlanning,
    planFault: checks.planFault,
    faults: checks.faults,
    edge,
    setEdge,
    begin: draft.begin,
  };
  return builder;
}
