import { basePath } from "./base";

/** Something that happened, as `towpath_store::events::Event` says it. */
export interface LiveEvent {
  number: number;
  at: string;
  workspace_id: string | null;
  pipeline_id: string | null;
  connection_id: string | null;
  run_id: string | null;
  /** A noun and a verb: `run.started`. */
  kind: string;
  body: Record<string, unknown>;
}

/** What a page wants to hear of. */
export interface Topic {
  workspace: string;
  pipeline?: string;
  run?: string;
  notifications?: boolean;
}

export type LiveState = "connecting" | "open" | "lost";

interface Wanted {
  topic: Topic;
  listeners: Set<Listener>;
}

export interface Listener {
  /** Something happened. */
  event(event: LiveEvent): void;
  /** Events may be missing: read the state anew. */
  missed(): void;
}

/** Where this person is, for others who are there. */
export interface Here {
  workspace: string;
  pipeline: string;
  node: string | undefined;
}

/** Who is at a pipeline. */
export interface Roster {
  pipeline: string;
  /** The word by which others know this page. */
  you: string;
  people: { client: string; user_id: string; name: string; node: string | null }[];
}

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

/**
 * The one WebSocket of this page. It connects when somebody wants to hear of something, connects again after a loss with
 * growing pauses, and then tells its listeners that they may have missed something.
 */
export class Live {
  private socket: WebSocket | null = null;
  private readonly wanted = new Map<string, Wanted>();
  private readonly watchers = new Set<(state: LiveState) => void>();
  private readonly rosters = new Set<(roster: Roster) => void>();
  private here: Here | undefined;
  private last: number | undefined;
  private pause = FIRST_PAUSE;
  private timer: ReturnType<typeof setTimeout> | undefined;
  state: LiveState = "connecting";

  /** Listens to a topic; returns how to stop. */
  listen(topic: Topic, listener: Listener): () => void {
    const key = JSON.stringify(topic);
    let wanted = this.wanted.get(key);
    if (!wanted) {
      wanted = { topic, listeners: new Set() };
      this.wanted.set(key, wanted);
      this.say({ type: "subscribe", ...topic });
    }
    wanted.listeners.add(listener);
    this.open();
    return () => {
      wanted.listeners.delete(listener);
      if (wanted.listeners.size > 0 || this.wanted.get(key) !== wanted) return;
      this.wanted.delete(key);
      this.say({ type: "unsubscribe", ...topic });
      if (this.wanted.size === 0) this.close();
    };
  }

  /** Says where this person is, also after a loss; nowhere ends it. The server answers with a roster. */
  present(here: Here | undefined): void {
    if (!here && !this.here) return;
    this.here = here;
    this.say(here ? { type: "present", ...here } : { type: "absent" });
  }

  /** Hears who is there; returns how to stop. */
  onRoster(listener: (roster: Roster) => void): () => void {
    this.rosters.add(listener);
    return () => this.rosters.delete(listener);
  }

  /** Tells of changes of the connection; returns how to stop. */
  watch(watcher: (state: LiveState) => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Ends the connection, for example because the person signed out. */
  close(): void {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    this.last = undefined;
    socket?.close();
  }

  private say(what: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(what));
  }

  private become(state: LiveState): void {
    if (this.state === state) return;
    this.state = state;
    this.watchers.forEach((watcher) => watcher(state));
  }

  private open(): void {
    if (this.socket) return;
    const address = new URL(`${basePath}/api/v1/live`, location.origin);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.onopen = () => {
      this.pause = FIRST_PAUSE;
      this.become("open");
      for (const { topic } of this.wanted.values()) this.say({ type: "subscribe", ...topic });
      if (this.here) this.say({ type: "present", ...this.here });
      if (this.last !== undefined) this.missed();
    };
    socket.onmessage = (message: MessageEvent<string>) => this.hear(JSON.parse(message.data) as Told);
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.become("lost");
      if (this.wanted.size === 0) return;
      this.timer = setTimeout(() => this.open(), this.pause * (0.75 + Math.random() / 2));
      this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
    };
  }

  private missed(): void {
    for (const { listeners } of this.wanted.values()) listeners.forEach((listener) => listener.missed());
  }

  private hear(told: Told): void {
    if (told.type === "event") {
      // Topics overlap, so that the same event may come twice.
      if (this.last !== undefined && told.number <= this.last) return;
      this.last = told.number;
      for (const { topic, listeners } of this.wanted.values()) {
        if (isAbout(told, topic)) listeners.forEach((listener) => listener.event(told));
      }
    } else if (told.type === "snapshot") {
      this.last = Math.max(this.last ?? 0, told.number);
      this.missed();
    } else if (told.type === "roster") {
      this.rosters.forEach((listener) => listener(told));
    } else if (told.type === "subscribed") {
      this.last ??= told.number;
    }
  }
}

type Told =
  | ({ type: "event" } & LiveEvent)
  | { type: "snapshot"; number: number; reason: string }
  | { type: "subscribed"; topic: Topic; number: number }
  | ({ type: "roster" } & Roster)
  | { type: "unsubscribed" | "problem" | "pong" };

/** The server filters by rights; here it is only found who asked. */
function isAbout(event: LiveEvent, topic: Topic): boolean {
  if (topic.run) return event.run_id === topic.run;
  if (topic.pipeline) return event.pipeline_id === topic.pipeline;
  return true;
}

/** The connection of this page. */
export const live = new Live();
