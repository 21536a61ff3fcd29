import Box from "@mui/material/Box";
import type { ReactNode } from "react";

/** The room of a page. `full` pages, such as the canvas, take all of it. */
export function Page({ children, full }: { children: ReactNode; full?: boolean }) {
  return <Box sx={full ? { flex: 1, minHeight: 0, display: "flex", flexDirection: "column" } : { p: { xs: 2, md: 3 }, maxWidth: 1440, width: "100%", mx: "auto" }}>{children}</Box>;
}
