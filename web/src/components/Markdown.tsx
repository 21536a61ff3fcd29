import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

const CODE = { fontFamily: "ui-monospace, Menlo, Consolas, monospace", fontSize: "0.9em", bgcolor: "action.hover", borderRadius: 0.5, px: 0.5 } as const;

/** Markdown as React draws it: headings, paragraphs, lists, tables and code. HTML is shown as text. */
export function Markdown({ text }: { text: string; base?: string }) {
  return <Box sx={{ lineHeight: 1.6, overflowWrap: "break-word" }}>{blocks(text)}</Box>;
}

function blocks(text: string): ReactNode[] {
  const lines = text.split("\n");
  const made: ReactNode[] = [];
  const take = (fits: (line: string) => boolean) => {
    const taken: string[] = [];
    while (lines.length > 0 && fits(lines[0] as string)) taken.push(lines.shift() as string);
    return taken;
  };
  while (lines.length > 0) {
    const line = lines[0] as string;
    const key = made.length;
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (line.trim() === "") lines.shift();
    else if (line.startsWith("```")) {
      lines.shift();
      made.push(<Box key={key} component="pre" tabIndex={0} sx={{ p: 1.5, overflow: "auto", bgcolor: "action.hover", borderRadius: 1, fontSize: 12.5 }}>{take((one) => !one.startsWith("```")).join("\n")}</Box>);
      lines.shift();
    } else if (heading) {
      lines.shift();
      const level = heading[1]?.length ?? 2;
      made.push(<Typography key={key} variant={level < 3 ? "h2" : "h3"} component={`h${level}` as "h2"} sx={{ mt: 3, mb: 1 }}>{inline(heading[2] ?? "")}</Typography>);
    } else if (line.startsWith("|")) {
      const rows = take((one) => one.startsWith("|")).filter((one) => !/^[|:\- ]+$/.test(one)).map((one) => one.replace(/^\||\|\s*$/g, "").split(/(?<!\\)\|/));
      made.push(
        <Box key={key} tabIndex={0} sx={{ overflow: "auto" }}>
          <Box component="table" sx={{ borderCollapse: "collapse", my: 1.5, "& td": { border: 1, borderColor: "divider", p: 0.75, verticalAlign: "top" } }}>
            <tbody>{rows.map((row, index) => <tr key={index}>{row.map((cell, at) => <td key={at}>{inline(cell.trim())}</td>)}</tr>)}</tbody>
          </Box>
        </Box>,
      );
    } else if (/^\s*[-*] /.test(line)) {
      const items = take((one) => one.trim() !== "" && !one.startsWith("#")).join("\n").split(/^\s*[-*] /m).slice(1);
      made.push(<ul key={key}>{items.map((item, index) => <li key={index}>{inline(item)}</li>)}</ul>);
    } else {
      made.push(<Typography key={key} sx={{ my: 1.25 }}>{inline(take((one) => one.trim() !== "" && !/^(#|\||```)/.test(one)).join(" "))}</Typography>);
    }
  }
  return made;
}

function inline(text: string): ReactNode[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\))/).map((part, index) => {
    if (part.startsWith("`")) return <Box key={index} component="code" sx={CODE}>{part.slice(1, -1)}</Box>;
    if (part.startsWith("**")) return <strong key={index}>{part.slice(2, -2)}</strong>;
    const link = /^\[([^\]]+)\]/.exec(part);
    return link ? link[1] : part;
  });
}
