import Box from "@mui/material/Box";
import type { ReactNode } from "react";

/** What a form answers and its buttons: always in view, however long the form is. */
export function FormFoot({ answer, children }: { answer: ReactNode; children: ReactNode }) {
  return (
    <Box sx={{ position: "sticky", bottom: 0, zIndex: 2, py: 1.5, bgcolor: "background.default", display: "flex", flexDirection: "column", gap: 1, maxHeight: "60vh", overflow: "auto" }}>
      {answer}
      <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap" }}>{children}</Box>
    </Box>
  );
}
