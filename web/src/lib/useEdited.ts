import { useState } from "react";

interface Edited<T> {
  /** What is typed, else what is given. */
  value: T;
  set: (value: T) => void;
  isChanged: boolean;
  /** The tag of what was given when typing began: whoever saves with it overwrites nobody unawares. */
  tag: string | undefined;
  /** What is typed was saved: from now on it is not asked about, and what the server makes of it takes its place. */
  saved: () => void;
}

interface Draft<T> {
  value: T;
  tag: string | undefined;
  isSaved: boolean;
  /** What was given when it was saved. */
  over?: string;
}

/** What is typed over what is given. What somebody else saves meanwhile, or another form of the page, does not take it away. */
export function useEdited<T>(given: T, tag?: string): Edited<T> {
  const text = JSON.stringify(given);
  const [draft, setDraft] = useState<Draft<T>>();
  if (draft?.isSaved && draft.over !== text) setDraft(undefined);
  const isOpen = draft !== undefined && !draft.isSaved;
  const isChanged = isOpen && JSON.stringify(draft.value) !== text;
  const begun = isChanged ? draft.tag : tag;
  return {
    value: draft ? draft.value : given,
    set: (value) => setDraft({ value, tag: begun, isSaved: false }),
    isChanged,
    tag: begun,
    saved: () => setDraft((now) => now && { ...now, isSaved: true, over: text }),
  };
}
