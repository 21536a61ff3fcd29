import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useToasts } from "@/components/Toasts";
import { useCopy } from "@/components/useCopy";
import { copyOf, nodesIn } from "../model/clipboard";
import { pasteNodes } from "../model/edits";
import type { Builder } from "./context";

interface Deeds {
  save: () => void;
  insert: () => void;
  preview: () => void;
  keys: () => void;
  openForm: () => void;
  leaveForm: () => void;
}

function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return element !== null && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) || element.closest(".cm-editor, [role=dialog], [role=listbox], [role=menu], [role=combobox]") !== null);
}

const isButton = (target: EventTarget | null) => (target as HTMLElement | null)?.closest?.("button, a, [role=tab], [role=button]:not(.react-flow__node)") != null;

/** In the panel of a node, but for its editors; on phones it is a dialog, which the key closes. */
const isInForm = (target: EventTarget | null) => { const element = target as HTMLElement | null; return element?.closest?.("[data-node-panel]") != null && element.closest(".cm-editor, [role=dialog]") === null; };

const isOpen = (target: EventTarget | null) => (target as HTMLElement | null)?.getAttribute("aria-expanded") === "true";

const isNode = (target: EventTarget | null) => (target as HTMLElement | null)?.classList?.contains("react-flow__node") === true;

/** Keys go to the card of a node from now on. */
export function focusNode(name: string | undefined): void {
  if (name !== undefined) document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(name)}"]`)?.focus();
}

/**
 * The same for a node that was added, once it is measured and no dialog is in the way. Who has gone on elsewhere meanwhile keeps
 * the keys.
 */
export function focusNewNode(name: string, frames = 30): void {
  if (frames === 0) return;
  requestAnimationFrame(() => {
    const at = document.activeElement;
    const isAsked = at?.closest("[role=dialog], [role=presentation]") != null;
    if (!isAsked && at !== document.body && !isNode(at)) return;
    if (!isAsked) focusNode(name);
    if (document.activeElement?.getAttribute("data-id") !== name) focusNewNode(name, frames - 1);
  });
}

/** The node beside another one along the edges, or above and below it. */
export function neighbour({ graph, places }: Pick<Builder, "graph" | "places">, name: string | undefined, key: string): string | undefined {
  const names = [...graph.nodes.keys()];
  if (!name) return names[0];
  if (key === "ArrowRight") return graph.edges.find((edge) => edge.node === name && !edge.isScope)?.to;
  if (key === "ArrowLeft") return graph.edges.find((edge) => edge.to === name && !edge.isScope)?.node;
  const here = places.get(name);
  if (!here) return undefined;
  const sign = key === "ArrowDown" ? 1 : -1;
  const distance = (other: string) => { const [x, y] = places.get(other) ?? [0, 0]; return Math.hypot((x - here[0]) * 2, y - here[1]); };
  return names.filter((other) => other !== name && ((places.get(other)?.[1] ?? 0) - here[1]) * sign > 8).sort((a, b) => distance(a) - distance(b))[0];
}

/** What is selected after a step with Shift: one more, or one less on the way back. */
export function extended(selected: string[], next: string): string[] {
  return selected.includes(next) ? [...selected.slice(0, -1).filter((name) => name !== next), next] : [...selected, next];
}

/** Everything by keyboard: the page of keys (`?`) lists it. */
export function useKeys(builder: Builder, deeds: Deeds): { copy: () => void } {
  const { t } = useTranslation("pipelines");
  const toasts = useToasts();
  const copyText = useCopy();
  const latest = useRef({ builder, deeds });
  useEffect(() => {
    latest.current = { builder, deeds };
  });

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { builder: now, deeds: act } = latest.current;
      const control = event.ctrlKey || event.metaKey;
      const done = () => event.preventDefault();
      if (control && event.key.toLowerCase() === "s") { done(); act.save(); return; }
      // Out of the form to its node: an editor and a list that is open need the key themselves.
      if (event.key === "Escape" && isInForm(event.target) && !isOpen(event.target)) { done(); act.leaveForm(); return; }
      if (isTyping(event.target)) return;
      if (control && event.key === "Enter") { done(); act.preview(); return; }
      if (control && event.key.toLowerCase() === "z") { done(); if (event.shiftKey) now.redo(); else now.undo(); return; }
      if (control && event.key.toLowerCase() === "y") { done(); now.redo(); return; }
      if (control && event.key.toLowerCase() === "a") { done(); now.select([...now.graph.nodes.keys()]); return; }
      if (control || event.altKey) return;
      if (event.key === "?") { done(); act.keys(); return; }
      if (event.key === "Escape") { now.select([]); return; }
      if (event.key.startsWith("Arrow") && !isButton(event.target)) {
        const next = neighbour(now, now.selected.at(-1), event.key);
        // At the end of a line the canvas would move the node instead of going on.
        if (isNode(event.target)) { done(); event.stopPropagation(); }
        if (next) { done(); event.stopPropagation(); now.select(event.shiftKey ? extended(now.selected, next) : [next]); focusNode(next); }
        return;
      }
      if (!now.mayEdit) return;
      if (event.key === "/" || event.key.toLowerCase() === "a") { done(); event.stopPropagation(); act.insert(); }
      else if ((event.key === "Delete" || event.key === "Backspace") && now.selected.length > 0) { done(); now.removeSelected(); }
      // The canvas would select the node that has the keys, and that is not always the one whose form is wanted.
      else if (event.key === "Enter" && now.selected.length > 0 && !isButton(event.target)) { done(); event.stopPropagation(); act.openForm(); }
    };
    const onCopy = (event: ClipboardEvent) => {
      const { builder: now } = latest.current;
      if (isTyping(event.target) || now.selected.length === 0 || (getSelection()?.toString() ?? "") !== "") return;
      event.clipboardData?.setData("text/plain", copyOf(now.graph, now.selected));
      event.preventDefault();
      toasts.done(t("copied_nodes", { count: now.selected.length }));
    };
    const onPaste = (event: ClipboardEvent) => {
      const { builder: now } = latest.current;
      if (isTyping(event.target) || !now.mayEdit) return;
      const nodes = nodesIn(event.clipboardData?.getData("text/plain") ?? "");
      if (!nodes) return;
      event.preventDefault();
      const { edit, names } = pasteNodes(nodes, now.graph);
      now.edit(edit);
      now.select(names);
      toasts.done(t("pasted_nodes", { count: names.length }), { label: t("common:undo"), run: () => latest.current.builder.undo() });
    };
    // Before the canvas, which would move nodes with arrows alone: with Ctrl it may.
    window.addEventListener("keydown", onKeyDown, true);
    document.addEventListener("copy", onCopy);
    document.addEventListener("paste", onPaste);
    return () => {
      window.removeEventListener("keydown", onKeyDown, true);
      document.removeEventListener("copy", onCopy);
      document.removeEventListener("paste", onPaste);
    };
  }, [t, toasts]);

  return {
    copy: () => {
      const { builder: now } = latest.current;
      copyText(copyOf(now.graph, now.selected), t("copied_nodes", { count: now.selected.length }));
    },
  };
}
