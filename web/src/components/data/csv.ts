// Rows as a CSV file (RFC 4180), made on the page.

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  const mark = isFormula(text) ? "'" : "";
  // Empty text is not the same as nothing; some programs divide at semicolons.
  return text === "" || /[",;\r\n]/.test(text) || text !== text.trim() ? `"${mark}${text.replaceAll('"', '""')}"` : mark + text;
}

/** Whether a spreadsheet would calculate; numbers with a sign are none. What would is marked as text by an apostrophe, as the server does (`crates/api/src/sheet.rs`). */
function isFormula(text: string): boolean {
  if (/^[=@\t\r]/.test(text)) return true;
  return /^[+-]/.test(text) && !/^[+-]([\d.,]+|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|inf|infinity|nan)$/i.test(text);
}

export function csv(columns: { name: string }[], rows: unknown[][]): string {
  const lines = [columns.map((column) => cell(column.name)), ...rows.map((row) => columns.map((_, index) => cell(row[index])))];
  return `${lines.map((line) => line.join(",")).join("\r\n")}\r\n`;
}

/** Hands a text to the person as a file. */
export function download(name: string, text: string, type = "text/csv"): void {
  // Excel takes a file without this mark for one in the old code page of the machine.
  const address = URL.createObjectURL(new Blob(["\uFEFF", text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
