import Box from "@mui/material/Box";
import Divider from "@mui/material/Divider";
import Link from "@mui/material/Link";
import Typography, { type TypographyProps } from "@mui/material/Typography";
import { Fragment, type ReactNode, useMemo } from "react";
import { serverUrl } from "@/api/base";
import { addressOf } from "./markdown/address";
import { type Block, readMarkdown } from "./markdown/blocks";
import type { Inline } from "./markdown/inline";
import { TextLink } from "./links";

interface Props {
  text: string;
  /** Path of the page that the text is, for its relative links: `guides/loading`. */
  base?: string;
}

const MONO = '"JetBrains Mono", "Cascadia Code", ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace';
const CODE = { fontFamily: MONO, fontSize: "0.9em", bgcolor: "action.hover", borderRadius: 0.5, px: 0.5, py: 0.125, overflowWrap: "anywhere" } as const;
const SIZES: Record<number, { variant: TypographyProps["variant"]; above: number }> = { 1: { variant: "h1", above: 0 }, 2: { variant: "h2", above: 4 }, 3: { variant: "h3", above: 3 } };

/** Markdown as React draws it: what looks like HTML is shown as text, and nothing is loaded. */
export function Markdown({ text, base = "" }: Props) {
  const blocks = useMemo(() => readMarkdown(text), [text]);
  return <Box sx={{ overflowWrap: "break-word", lineHeight: 1.6, "& p a, & li a, & td a, & blockquote a": { textDecoration: "underline" } }}><Blocks blocks={blocks} base={base} /></Box>;
}

function Blocks({ blocks, base }: { blocks: Block[]; base: string }) {
  return blocks.map((block, index) => <Fragment key={index}>{drawn(block, base)}</Fragment>);
}

function drawn(block: Block, base: string): ReactNode {
  switch (block.kind) {
    case "heading": {
      const size = SIZES[block.level] ?? { variant: "subtitle1", above: 2.5 };
      return <Typography variant={size.variant} component={`h${block.level}` as "h1"} id={block.id} tabIndex={-1} sx={{ mt: size.above, mb: 1, scrollMarginTop: 72, outline: "none" }}><Words inner={block.inner} base={base} /></Typography>;
    }
    case "paragraph":
      return <Typography sx={{ my: 1.25, lineHeight: 1.6 }}><Words inner={block.inner} base={base} /></Typography>;
    case "code":
      return (
        <Box component="pre" tabIndex={0} lang="en" sx={{ my: 1.5, p: 1.5, overflow: "auto", border: 1, borderColor: "divider", borderRadius: 1, bgcolor: "action.hover", fontFamily: MONO, fontSize: 12.5, lineHeight: 1.55 }}>
          <code>{block.text}</code>
        </Box>
      );
    case "quote":
      return <Box component="blockquote" sx={{ my: 1.5, mx: 0, pl: 2, borderLeft: 3, borderColor: "primary.main", color: "text.secondary" }}><Blocks blocks={block.inner} base={base} /></Box>;
    case "list":
      return (
        <Box component={block.ordered ? "ol" : "ul"} start={block.ordered && block.start !== 1 ? block.start : undefined} sx={{ my: 1, pl: 3, "& li": { my: 0.5 }, "& li > p": { my: 0 } }}>
          {block.items.map((item, index) => <li key={index}><Blocks blocks={item} base={base} /></li>)}
        </Box>
      );
    case "table":
      return <Table block={block} base={base} />;
    case "rule":
      return <Divider sx={{ my: 3 }} />;
  }
}

function Table({ block, base }: { block: Block & { kind: "table" }; base: string }) {
  // Tables of the documents that only line things up have an empty head.
  const hasHead = block.head.some((cell) => cell.length > 0);
  const cell = { px: 1.25, py: 0.75, borderBottom: 1, borderColor: "divider", verticalAlign: "top", minWidth: 72 };
  return (
    <Box tabIndex={0} sx={{ my: 1.5, overflowX: "auto" }}>
      <Box component="table" sx={{ borderCollapse: "collapse", fontSize: "0.95em" }}>
        {hasHead && (
          <thead>
            <tr>{block.head.map((words, index) => <Box key={index} component={words.length > 0 ? "th" : "td"} scope={words.length > 0 ? "col" : undefined} sx={{ ...cell, textAlign: block.align[index], color: "text.secondary", fontWeight: 650 }}><Words inner={words} base={base} /></Box>)}</tr>
          </thead>
        )}
        <tbody>
          {block.rows.map((row, at) => (
            <tr key={at}>{row.map((words, index) => <Box key={index} component="td" sx={{ ...cell, textAlign: block.align[index] }}><Words inner={words} base={base} /></Box>)}</tr>
          ))}
        </tbody>
      </Box>
    </Box>
  );
}

function Words({ inner, base }: { inner: Inline[]; base: string }) {
  return inner.map((one, index) => <Fragment key={index}>{word(one, base)}</Fragment>);
}

function word(one: Inline, base: string): ReactNode {
  switch (one.kind) {
    case "text":
      return one.text;
    case "code":
      return <Box component="code" sx={CODE}>{one.text}</Box>;
    case "strong":
      return <strong><Words inner={one.inner} base={base} /></strong>;
    case "em":
      return <em><Words inner={one.inner} base={base} /></em>;
    case "del":
      return <del><Words inner={one.inner} base={base} /></del>;
    case "break":
      return <br />;
    case "link":
      return <Anchor href={one.href} base={base}><Words inner={one.inner} base={base} /></Anchor>;
  }
}

function Anchor({ href, base, children }: { href: string; base: string; children: ReactNode }) {
  const to = addressOf(href, base);
  switch (to.kind) {
    case "page":
      return <TextLink to="/help/$" params={{ _splat: to.path }} hash={to.hash}>{children}</TextLink>;
    case "here":
      return <TextLink to="." hash={to.hash} search>{children}</TextLink>;
    case "outside":
      return <Link href={to.href} target="_blank" rel="noreferrer">{children}</Link>;
    case "interface":
      return <Link href={serverUrl("/docs/")} target="_blank">{children}</Link>;
    case "nowhere":
      return <span>{children}</span>;
  }
}
