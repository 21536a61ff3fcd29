import Box from "@mui/material/Box";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { type ReactNode, useId } from "react";

/** A part of the page with its own head. */
export function Card({ title, action, children }: { title: ReactNode; action?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <Paper variant="outlined" component="section" aria-labelledby={id} sx={{ overflow: "hidden" }}>
      <Box sx={{ display: "flex", alignItems: "center", gap: 1, px: 2, py: 1, minHeight: 50 }}>
        <Typography variant="h2" id={id} sx={{ flex: 1 }}>{title}</Typography>
        {/* Its words end where the times below end. */}
        {action && <Box sx={{ mr: "-5px", flexShrink: 0 }}>{action}</Box>}
      </Box>
      {children}
    </Paper>
  );
}

/** Lines of a card. */
export function Lines({ children }: { children: ReactNode }) {
  return <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0 }}>{children}</Box>;
}

export function Line({ mark, children, side }: { mark?: ReactNode; children: ReactNode; side?: ReactNode }) {
  return (
    <Box component="li" sx={{ display: "flex", gap: 1.25, px: 2, py: 1, borderTop: 1, borderColor: "divider", alignItems: "flex-start" }}>
      {mark && <Box sx={{ pt: "3px", display: "flex", flexShrink: 0 }}>{mark}</Box>}
      <Box sx={{ flex: 1, minWidth: 0, overflowWrap: "anywhere" }}>{children}</Box>
      {side && <Box sx={{ flexShrink: 0, textAlign: "right", color: "text.secondary", fontSize: 13, maxWidth: "45%" }}>{side}</Box>}
    </Box>
  );
}
