import { previewRows, readRows, type Rows, type Settings, type Stream } from "@/lib/streams";
import { ROWS, type Way } from "./sql";

/** A table of a connection, and how it is asked. */
export interface Table {
  slug: string;
  connection: string;
  connector: string;
  stream: Stream;
  way: Way;
}

/** A document that answers SQL over the rows of a stream, for systems that answer none. */
export function documentOf(connector: string, connection: string, settings: Settings, query: string): object {
  return { towpath: 1, name: "look", nodes: { [ROWS]: { source: connector, connection, ...settings }, answer: { transform: "sql", from: ROWS, query } } };
}

export function ask({ slug, connection, connector, stream, way }: Table, query: string, limit: number, signal?: AbortSignal): Promise<Rows> {
  if (way.isNative) return readRows(slug, connection, { query }, limit, signal);
  return previewRows(slug, documentOf(connector, connection, stream.settings as Settings, query), "answer", limit, signal);
}
