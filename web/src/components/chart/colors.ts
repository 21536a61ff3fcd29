/** The colours of the theme as a canvas needs them: without variables. */
export interface Colors {
  text: string;
  faint: string;
  line: string;
  paper: string;
  /** By the state of a run. */
  states: Record<string, string>;
}

const NAMES: Record<keyof Omit<Colors, "states">, string> = { text: "text-primary", faint: "text-secondary", line: "divider", paper: "background-paper" };
const STATES: Record<string, string> = { done: "success-main", quarantined: "quarantine-main", failed: "error-main", failing: "warning-main", running: "info-main", queued: "queued-main", cancelled: "queued-main" };

/** What the variables of the theme are where an element stands. */
export function colorsAt(element: HTMLElement): Colors {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(`--mui-palette-${name}`).trim();
  const states = Object.fromEntries(Object.entries(STATES).map(([state, name]) => [state, of(name)]));
  return { text: of(NAMES.text), faint: of(NAMES.faint), line: of(NAMES.line), paper: of(NAMES.paper), states };
}
