import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type CompletionSource } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { sql } from "@codemirror/lang-sql";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers, placeholder as placeholderText } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { TFunction } from "i18next";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

/** Something that is wrong at a line (from 1) and, if it is known, a column. */
export interface Mark {
  line: number;
  column?: number;
  message: string;
}

export interface EditorProps {
  language: "sql" | "yaml";
  label: string;
  value: string;
  onChange?: (text: string) => void;
  readOnly?: boolean;
  placeholder?: string;
  marks?: Mark[];
  /** Words to choose from while one types. */
  complete?: CompletionSource;
  /** Ctrl-Enter. */
  onRun?: () => void;
  /** Puts the cursor at a line. */
  line?: number;
}

const style = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: "var(--mui-palette-primary-main)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--mui-palette-success-main)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--mui-palette-info-main)" },
  { tag: [tags.comment, tags.meta], color: "var(--mui-palette-text-secondary)", fontStyle: "italic" },
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--mui-palette-secondary-main)" },
]);

const look = EditorView.theme({
  "&": { fontSize: "13px", backgroundColor: "transparent", color: "var(--mui-palette-text-primary)" },
  ".cm-content": { fontFamily: 'ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace', caretColor: "var(--mui-palette-text-primary)" },
  ".cm-cursor": { borderLeftColor: "var(--mui-palette-text-primary)" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--mui-palette-text-secondary)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--mui-palette-action-hover)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--mui-palette-action-focus) !important" },
  ".cm-tooltip": { backgroundColor: "var(--mui-palette-background-paper)", borderColor: "var(--mui-palette-divider)", color: "var(--mui-palette-text-primary)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--mui-palette-primary-main)", color: "var(--mui-palette-primary-contrastText)" },
  ".cm-panels": { backgroundColor: "var(--mui-palette-background-paper)", color: "var(--mui-palette-text-primary)" },
});

/** The words of the editor's own panels, by what they are in English. */
function phrases(t: TFunction): Record<string, string> {
  return {
    Find: t("editor.find"),
    Replace: t("editor.replace"),
    next: t("editor.next"),
    previous: t("editor.previous"),
    all: t("editor.all"),
    "match case": t("editor.match_case"),
    regexp: t("editor.regexp"),
    "by word": t("editor.by_word"),
    replace: t("editor.replace_one"),
    "replace all": t("editor.replace_all"),
    close: t("editor.close"),
    "Go to line": t("editor.go_to_line"),
    go: t("editor.go"),
    "Fold line": t("editor.fold"),
    "Unfold line": t("editor.unfold"),
    "folded code": t("editor.folded"),
    unfold: t("editor.unfold"),
    Completions: t("editor.completions"),
    Diagnostics: t("editor.diagnostics"),
    "No diagnostics": t("editor.no_diagnostics"),
    "current match": t("editor.current_match"),
    "on line": t("editor.on_line"),
  };
}

/** CodeMirror, as a field whose text is given from outside. */
export default function Editor({ language, label, value, onChange, readOnly = false, placeholder, marks, complete, onRun, line }: EditorProps) {
  const { t } = useTranslation();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef({ onChange, onRun, complete });
  useEffect(() => {
    latest.current = { onChange, onRun, complete };
  });
  const lock = useRef(new Compartment());

  useEffect(() => {
    if (!host.current) return undefined;
    const nonce = document.querySelector<HTMLMetaElement>('meta[name="nonce"]')?.content;
    const made = new EditorView({
      parent: host.current,
      state: EditorState.create({
        extensions: [
          lineNumbers(), foldGutter(), lintGutter(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(), highlightActiveLine(), highlightActiveLineGutter(), highlightSelectionMatches(),
          syntaxHighlighting(style), look, EditorState.phrases.of(phrases(t)),
          language === "sql" ? sql() : yaml(),
          ...(nonce ? [EditorView.cspNonce.of(nonce)] : []),
          ...(placeholder ? [placeholderText(placeholder)] : []),
          autocompletion({ override: latest.current.complete ? [(context) => latest.current.complete?.(context) ?? null] : undefined }),
          keymap.of([
            { key: "Mod-Enter", run: () => { latest.current.onRun?.(); return latest.current.onRun !== undefined; } },
            // Escape, then Tab leaves the editor: nobody is caught in it.
            ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap, indentWithTab,
          ]),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
          EditorView.updateListener.of((update) => update.docChanged && latest.current.onChange?.(update.state.doc.toString())),
          lock.current.of([]),
        ],
      }),
    });
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, [language, label, placeholder, t]);

  useEffect(() => {
    view.current?.dispatch({ effects: lock.current.reconfigure([EditorState.readOnly.of(readOnly), EditorView.editable.of(!readOnly)]) });
  }, [readOnly, language, label, placeholder, t]);

  useEffect(() => {
    const now = view.current;
    if (now && now.state.doc.toString() !== value) now.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: value } });
  }, [value, language, label, placeholder, t]);

  useEffect(() => {
    const now = view.current;
    if (!now) return;
    const diagnostics = (marks ?? []).flatMap((mark): Diagnostic[] => {
      if (mark.line < 1 || mark.line > now.state.doc.lines) return [];
      const at = now.state.doc.line(mark.line);
      return [{ from: Math.min(at.from + (mark.column ?? 1) - 1, at.to), to: at.to, severity: "error", message: mark.message }];
    });
    now.dispatch(setDiagnostics(now.state, diagnostics));
  }, [marks, value]);

  useEffect(() => {
    const now = view.current;
    if (!now || !line || line > now.state.doc.lines) return;
    now.dispatch({ selection: { anchor: now.state.doc.line(line).from }, scrollIntoView: true });
  }, [line]);

  return <div ref={host} />;
}
