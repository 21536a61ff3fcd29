import { useEffect, useMemo, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { addSayings } from "./sayings";
import { sentences } from "./sentences";
import { typeset } from "./typeset";

// Names and descriptions of connectors, nodes and settings come from the server, in English. Other languages have files
// with the same words, by the English ones, so that a changed text is never shown with an old meaning. They are long, and
// are read when a page shows such words.

/** The words of one language. Keys are what the server says, with single spaces. */
export interface Dictionary {
  /** Titles and descriptions. */
  texts: Record<string, string>;
  /** Settings by name; where a name has several meanings, by name and description: `by: Columns to order by.` */
  labels: Record<string, string>;
  /** Values of choices, likewise. */
  choices: Record<string, string>;
}

type File = Partial<Dictionary>;

const files = import.meta.glob<File>("../locales/*/server/*.json", { import: "default" });
const known = new Map<string, Dictionary>();
const listeners = new Set<() => void>();
const asked = new Set<string>();

/** One dictionary of several files. */
export function joined(parts: File[]): Dictionary {
  const all: Dictionary = { texts: {}, labels: {}, choices: {} };
  for (const part of parts) {
    Object.assign(all.texts, part.texts);
    Object.assign(all.labels, part.labels);
    Object.assign(all.choices, part.choices);
  }
  return all;
}

/** Reads the words of a language, once. What cannot be read stays English, and is asked for again by the next page. */
export async function loadServerWords(language: string): Promise<void> {
  const wanted = Object.entries(files).filter(([path]) => path.includes(`/${language}/`));
  if (asked.has(language) || wanted.length === 0) return;
  asked.add(language);
  try {
    const parts = await Promise.all(wanted.map(([, read]) => read()));
    const dictionary = joined(parts);
    known.set(language, typeset(dictionary, language));
    // What is missing is explained by the first sentence about it.
    addSayings(language, Object.fromEntries(Object.entries(dictionary.texts).map(([english, text]) => [sentences(english).first, sentences(text).first])));
    listeners.forEach((tell) => tell());
  } catch {
    asked.delete(language);
  }
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** Words of the server in the language of the page. */
export interface ServerWords {
  /** A title or description. */
  text(english: string): string;
  /** The name of a setting for people; without one, what is made of its name must do. */
  label(name: string, description?: string): string | undefined;
  /** The name of a value for people. */
  choice(value: string, description?: string): string | undefined;
}

const flat = (text: string) => text.replace(/\s+/g, " ").trim();

export function wordsOf(dictionary: Dictionary | undefined): ServerWords {
  const find = (table: Record<string, string> | undefined, name: string, description?: string) => (description === undefined ? undefined : table?.[`${name}: ${flat(description)}`]) ?? table?.[name];
  return {
    text: (english) => dictionary?.texts[flat(english)] ?? english,
    label: (name, description) => find(dictionary?.labels, name, description),
    choice: (value, description) => find(dictionary?.choices, value, description),
  };
}

export function useServerWords(): ServerWords {
  const { i18n } = useTranslation();
  const language = i18n.language ?? "en";
  const dictionary = useSyncExternalStore(subscribe, () => known.get(language));
  useEffect(() => void loadServerWords(language), [language]);
  return useMemo(() => wordsOf(dictionary), [dictionary]);
}
