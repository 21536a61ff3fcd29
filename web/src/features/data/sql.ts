import { isNumeric, isTemporal } from "@/components/data/statistics";
import type { Settings, Stream } from "@/lib/streams";

// SQL that looks at a table: in the words of the system that holds it, or of Towpath where that system answers none. Pure.

export const OPERATORS = ["=", "!=", "<", "<=", ">", ">=", "contains", "missing", "present"] as const;
export type Operator = (typeof OPERATORS)[number];

/** One condition on the rows. */
export interface Condition {
  column: string;
  is: string;
  value?: string;
}

interface ColumnInfo {
  name: string;
  type: string;
}

export interface Dialect {
  quote(name: string): string;
  /** A literal of text. */
  text(value: string): string;
  /** A value as text. */
  asText(expression: string): string;
  /** A value as a number with a point. */
  real(expression: string): string;
  /** Where a text begins in another one, from 1; 0 if it does not. */
  position(whole: string, part: string): string;
  floor(expression: string): string;
  /** A literal of a day or a point in time. */
  moment(value: string, type: string): string;
}

const double = (name: string) => `"${name.replaceAll('"', '""')}"`;
const single = (value: string) => `'${value.replaceAll("'", "''")}'`;
const kindOf = (type: string) => (type === "date" ? "date" : type.startsWith("timestamp with") ? "timestamp with time zone" : "timestamp");

const POSTGRES: Dialect = {
  quote: double,
  text: single,
  asText: (expression) => `cast(${expression} as text)`,
  real: (expression) => `cast(${expression} as double precision)`,
  position: (whole, part) => `strpos(${whole}, ${part})`,
  floor: (expression) => `floor(${expression})`,
  moment: (value, type) => `cast(${single(value)} as ${kindOf(type)})`,
};

const SQLITE: Dialect = {
  ...POSTGRES,
  real: (expression) => `cast(${expression} as real)`,
  position: (whole, part) => `instr(${whole}, ${part})`,
  // Its floor function is not built in everywhere; nothing here is below 0.
  floor: (expression) => `cast(${expression} as integer)`,
  moment: single,
};

const mysqlText = (value: string) => single(value.replaceAll("\\", "\\\\"));
const MYSQL: Dialect = {
  ...POSTGRES,
  quote: (name) => `\`${name.replaceAll("`", "``")}\``,
  text: mysqlText,
  asText: (expression) => `cast(${expression} as char)`,
  real: (expression) => `(${expression} * 1e0)`,
  position: (whole, part) => `instr(${whole}, ${part})`,
  moment: (value, type) => `cast(${mysqlText(value)} as ${type === "date" ? "date" : "datetime(6)"})`,
};

const ENGINE: Dialect = { ...POSTGRES, real: (expression) => `cast(${expression} as double)`, moment: (value, type) => `cast(${single(value)} as ${type === "date" ? "date" : "timestamp"})` };

const NATIVE: Record<string, Dialect> = { postgres: POSTGRES, mysql: MYSQL, sqlite: SQLITE };

/** Where a question about a table is answered: in its system, or by Towpath over its rows. */
export interface Way {
  dialect: Dialect;
  /** The table as it is named in SQL. */
  from: string;
  isNative: boolean;
}

/** The name that a table has in the SQL of Towpath. */
export const ROWS = "rows";

export function wayTo(stream: Pick<Stream, "settings">, connector: string): Way {
  const settings = stream.settings as Settings;
  const dialect = NATIVE[connector];
  const { table } = settings;
  if (!dialect || typeof table !== "string" || Object.keys(settings).length !== 1) return { dialect: ENGINE, from: double(ROWS), isNative: false };
  const parts = connector === "sqlite" ? [table] : partsOf(table, connector === "mysql" ? "`" : '"');
  return { dialect, from: parts.map(dialect.quote).join("."), isNative: true };
}

/** The parts of a name with points, some of which may stand in quotes. */
export function partsOf(name: string, mark: string): string[] {
  const parts: string[] = [];
  let [part, inside] = ["", false];
  for (let index = 0; index < name.length; index += 1) {
    const letter = name.charAt(index);
    if (letter === mark && inside && name.charAt(index + 1) === mark) {
      part += mark;
      index += 1;
    } else if (letter === mark) inside = !inside;
    else if (letter === "." && !inside) {
      parts.push(part);
      part = "";
    } else part += letter;
  }
  return [...parts, part];
}

/** Whether a value can be compared with values of a column; what cannot is not asked for. */
export function isFit(condition: Condition, type: string): boolean {
  if (condition.is === "missing" || condition.is === "present") return true;
  const value = (condition.value ?? "").trim();
  if (condition.is === "contains") return value !== "";
  if (isNumeric(type)) return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value.replace(",", "."));
  if (isTemporal(type)) return /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?( ?(Z|[+-]\d\d:?\d\d))?$/.test(value);
  if (type === "boolean") return value === "true" || value === "false";
  return true;
}

function conditionOf({ column, is, value = "" }: Condition, type: string, dialect: Dialect): string {
  const name = dialect.quote(column);
  if (is === "missing") return `${name} is null`;
  if (is === "present") return `${name} is not null`;
  if (is === "contains") return `${dialect.position(`lower(${dialect.asText(name)})`, `lower(${dialect.text(value)})`)} > 0`;
  const operator = is === "!=" ? "<>" : is;
  const trimmed = value.trim();
  if (isNumeric(type)) return `${name} ${operator} ${trimmed.replace(",", ".")}`;
  if (isTemporal(type)) return `${name} ${operator} ${dialect.moment(trimmed, type)}`;
  if (type === "boolean") return `${name} ${operator} ${trimmed}`;
  return `${isText(type) ? name : dialect.asText(name)} ${operator} ${dialect.text(value)}`;
}

export function isText(type: string): boolean {
  return /^text|^varchar|^string/.test(type);
}

/** Whether values of a type have an order that every system knows. */
export function isOrdered(type: string): boolean {
  return isNumeric(type) || isTemporal(type) || isText(type) || /^time\b/.test(type);
}

function whereOf(where: Condition[], columns: ColumnInfo[], dialect: Dialect): string {
  const parts = where.flatMap((condition) => {
    const column = columns.find((one) => one.name === condition.column);
    return column && (OPERATORS as readonly string[]).includes(condition.is) && isFit(condition, column.type) ? [conditionOf(condition, column.type, dialect)] : [];
  });
  return parts.length === 0 ? "" : `\nwhere ${parts.join("\n  and ")}`;
}

/** Towpath looks for references in SQL; what only looks like one is text. */
function literally(sql: string): string {
  return sql.replaceAll("${", () => "$${");
}

interface Page {
  where: Condition[];
  /** A column, with `-` before it for the other way round. */
  sort?: string;
  limit?: number;
  offset?: number;
}

/** Rows of a table in an order that is the same each time, so that they can be read page by page. */
export function rowsQuery(stream: Pick<Stream, "columns" | "primary_key">, way: Way, { where, sort, limit, offset }: Page): string {
  const { dialect, from } = way;
  const first = sort?.replace(/^-/, "");
  const order = first !== undefined && stream.columns.some((column) => column.name === first) ? [`${dialect.quote(first)}${sort?.startsWith("-") ? " desc" : ""}`] : [];
  // Rows that are equal where it counts have an order as well.
  const rest = stream.primary_key.length > 0 ? stream.primary_key : order.length > 0 ? stream.columns.filter((column) => isOrdered(column.type)).map((column) => column.name) : [];
  order.push(...rest.filter((name) => name !== first).map(dialect.quote));
  const lines = [`select *\nfrom ${from}${whereOf(where, stream.columns, dialect)}`];
  if (order.length > 0) lines.push(`order by ${order.join(", ")}`);
  if (limit !== undefined) lines.push(`limit ${limit}${offset ? ` offset ${offset}` : ""}`);
  return literally(lines.join("\n"));
}

/** Counts over all values of a column: `n`, `present`, and where its type allows it `different`, `least`, `most`, `average`. */
export function summaryQuery(columns: ColumnInfo[], column: ColumnInfo, way: Way, where: Condition[]): string {
  const { dialect, from } = way;
  const name = dialect.quote(column.name);
  const wanted = ["count(*) as n", `count(${name}) as present`];
  if (isOrdered(column.type) || column.type === "boolean") wanted.push(`count(distinct ${name}) as different`);
  if (isOrdered(column.type)) wanted.push(`min(${name}) as least`, `max(${name}) as most`);
  if (isNumeric(column.type)) wanted.push(`avg(${dialect.real(name)}) as average`);
  return literally(`select ${wanted.join(", ")}\nfrom ${from}${whereOf(where, columns, dialect)}`);
}

/** The same counts for many columns, in one pass: `n`, and for each column by its place `present_0`, `different_0`, … */
export function overviewQuery(columns: ColumnInfo[], chosen: ColumnInfo[], way: Way, where: Condition[]): string {
  const { dialect, from } = way;
  const wanted = chosen.flatMap((column, place) => {
    const name = dialect.quote(column.name);
    const counts = [`count(${name}) as present_${place}`];
    if (isOrdered(column.type) || column.type === "boolean") counts.push(`count(distinct ${name}) as different_${place}`);
    if (isOrdered(column.type)) counts.push(`min(${name}) as least_${place}`, `max(${name}) as most_${place}`);
    return counts;
  });
  return literally(`select ${["count(*) as n", ...wanted].join(",\n  ")}\nfrom ${from}${whereOf(where, columns, dialect)}`);
}

/** The most frequent values of a column: `value`, `n`. */
export function topQuery(columns: ColumnInfo[], column: ColumnInfo, way: Way, where: Condition[], most: number): string {
  const name = way.dialect.quote(column.name);
  const some = whereOf([...where, { column: column.name, is: "present" }], columns, way.dialect);
  return literally(`select ${name} as value, count(*) as n\nfrom ${way.from}${some}\ngroup by ${name}\norder by count(*) desc, ${name}\nlimit ${most}`);
}

/** How many numbers of a column lie in each of some equally wide bins: `bin`, `n`. */
export function binsQuery(columns: ColumnInfo[], column: ColumnInfo, way: Way, where: Condition[], low: number, high: number, bins: number): string {
  const { dialect, from } = way;
  const some = whereOf([...where, { column: column.name, is: "present" }], columns, dialect);
  const bin = dialect.floor(`(${dialect.real(dialect.quote(column.name))} - ${low}) / ${(high - low) / bins}`);
  return literally(`select ${bin} as bin, count(*) as n\nfrom ${from}${some}\ngroup by ${bin}\norder by ${bin}`);
}
