import Box from "@mui/material/Box";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

interface Props {
  title: string;
  /** What it is about, in a sentence. */
  text?: ReactNode;
  /** Beside the title. */
  action?: ReactNode;
  /** What is here cannot be taken back. */
  destroys?: boolean;
  children?: ReactNode;
}

/** A part of a page that stands by itself. */
export function Panel({ title, text, action, destroys, children }: Props) {
  return (
    <Paper variant="outlined" component="section" sx={{ p: { xs: 2, sm: 2.5 }, mb: 2.5, ...(destroys && { borderColor: "error.main" }) }}>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1.5, alignItems: "flex-start" }}>
        <Box sx={{ flex: "1 1 240px", minWidth: 0 }}>
          <Typography variant="h2">{title}</Typography>
          {text && <Typography variant="body2" color="textSecondary" component="div" sx={{ mt: 0.5, maxWidth: 720, "& a": { textDecoration: "underline" } }}>{text}</Typography>}
        </Box>
        {action}
      </Box>
      {/* What shows itself only at times leaves no gap while it does not. */}
      <Box sx={{ "&:not(:empty)": { mt: 2 } }}>{children}</Box>
    </Paper>
  );
}

/** What is known of something: a word, and what it is. */
export function Facts({ facts }: { facts: [label: string, value: ReactNode][] }) {
  return (
    <Box component="dl" sx={{ m: 0, display: "grid", gridTemplateColumns: { xs: "1fr", sm: "minmax(200px, max-content) 1fr" }, columnGap: 3, rowGap: { xs: 0.25, sm: 1 } }}>
      {facts.map(([label, value]) => (
        <Box key={label} sx={{ display: "contents" }}>
          <Typography component="dt" variant="body2" color="textSecondary">{label}</Typography>
          <Typography component="dd" variant="body2" sx={{ m: 0, mb: { xs: 1, sm: 0 }, overflowWrap: "anywhere", minWidth: 0 }}>{value}</Typography>
        </Box>
      ))}
    </Box>
  );
}
