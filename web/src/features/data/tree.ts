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

/** What is drawn, line by line: heads of groups, and the tables of those that are open. */
export type Line = { group: string } | { stream: Stream; label: string; isWithin: boolean };

export function linesOf(groups: Group[], closed: ReadonlySet<string>): Line[] {
  // What stands by itself, or all there is, has no head.
  const hasHead = (group: Group) => group.name !== "" && groups.length > 1;
  return groups.flatMap((group): Line[] => {
    const tables = group.streams.map((one) => ({ ...one, isWithin: hasHead(group) }));
    return hasHead(group) ? [{ group: group.name }, ...(closed.has(group.name) ? [] : tables)] : tables;
  });
}

/** The line with the head of a line; -1 when it has none. */
export function headsOf(lines: Line[]): (index: number) => number {
  let last = -1;
  const heads = lines.map((line, index) => {
    if (!("stream" in line)) last = index;
    else if (!line.isWithin) last = -1;
    return last;
  });
  return (index) => heads[index] ?? -1;
}
