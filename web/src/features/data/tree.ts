import type { Stream } from "@/lib/streams";

export interface Group {
  /** The schema or folder; empty for what stands by itself. */
  name: string;
  streams: { stream: Stream; label: string }[];
}

/** Tables by their schema, files by their folder, so far as every word that is looked for is in a name or a column. */
export function groupsOf(streams: Stream[], search: string): Group[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, Group>();
  for (const stream of streams) {
    const text = `${stream.name} ${stream.columns.map((column) => column.name).join(" ")}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    const isFile = "path" in stream.settings;
    const cut = stream.name.lastIndexOf(isFile ? "/" : ".");
    const name = cut > 0 && !stream.name.includes('"') ? stream.name.slice(0, cut) : "";
    const group = groups.get(name) ?? { name, streams: [] };
    groups.set(name, group);
    group.streams.push({ stream, label: name ? stream.name.slice(cut + 1) : stream.name });
  }
  return [...groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
