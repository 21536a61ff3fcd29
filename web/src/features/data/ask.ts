import { exportUrl, type Format, readRows, type Rows, type Settings, type Stream } from "@/lib/streams";
import type { Way } from "./sql";

/** A table of a connection, and how it is asked. */
export interface Table {
  slug: string;
  connection: string;
  connector: string;
  stream: Stream;
  way: Way;
}

/** The answer of the system, or of Towpath over the rows of the table where the system answers no SQL. */
export function ask({ slug, connection, stream, way }: Table, query: string, limit: number, signal?: AbortSignal): Promise<Rows> {
  if (way.isNative) return readRows(slug, connection, { query }, limit, signal);
  return readRows(slug, connection, stream.settings as Settings, limit, signal, { sql: query });
}

/** Where the rows of a query are fetched as a file; without one, all rows of the table. */
export function fileOf({ slug, connection, stream, way }: Table, query: string | undefined, format: Format, name: string): string {
  if (query === undefined) return exportUrl(slug, connection, format, name, stream.settings as Settings);
  return way.isNative ? exportUrl(slug, connection, format, name, { query }) : exportUrl(slug, connection, format, name, stream.settings as Settings, query);
}
