import type { CompletionContext, CompletionResult, CompletionSource } from "@codemirror/autocomplete";
import type { Stream } from "@/lib/streams";

const KEYWORDS = "select from where group by order having limit offset distinct join left inner on and or not in is null between like case when then else end as count sum avg min max coalesce cast with union all exists desc asc".split(" ");

/** The name as it has to stand in SQL. */
export function spelled(name: string, mark: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `${mark}${name.replaceAll(mark, mark + mark)}${mark}`;
}

/** Tables, columns and words of SQL. The columns of tables that the query names come first. */
export function completions(tables: { name: string; columns: Stream["columns"] }[], mark: string): CompletionSource {
  return (context: CompletionContext): CompletionResult | null => {
    const word = context.matchBefore(/[\w"`.]*/);
    if (!word || (word.from === word.to && !context.explicit)) return null;
    const text = context.state.doc.toString().toLowerCase();
    const named = new Set(tables.filter(({ name }) => text.includes(name.toLowerCase().split(".").at(-1) ?? name)));
    const options = tables.flatMap((table) => {
      const { name, columns } = table;
      // One may begin with the columns, before the query names a table.
      return [{ label: name, type: "class", boost: 1 }, ...(named.has(table) || named.size === 0 ? columns.map((column) => ({ label: spelled(column.name, mark), detail: column.type, type: "property", boost: 2 })) : [])];
    });
    const unique = [...new Map(options.map((option) => [option.label, option])).values()];
    const point = word.text.lastIndexOf(".");
    const words = [...unique, ...KEYWORDS.map((label) => ({ label, type: "keyword", boost: 0 }))];
    // After a point, only what follows it is replaced: `a.co` becomes `a.column`.
    const isTable = unique.some((option) => option.type === "class" && option.label.toLowerCase().startsWith(word.text.toLowerCase()));
    return { from: point >= 0 && !isTable ? word.from + point + 1 : word.from, options: words, validFor: /^[\w"`.]*$/ };
  };
}
