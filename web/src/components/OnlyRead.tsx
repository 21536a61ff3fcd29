import Box from "@mui/material/Box";
import type { ReactNode } from "react";

/** Text for those who hear the page: what others see from its place. */
export function OnlyRead({ children }: { children: ReactNode }) {
  return <Box component="span" sx={{ position: "absolute", width: "1px", height: "1px", m: "-1px", overflow: "hidden", clipPath: "inset(50%)", whiteSpace: "nowrap" }}>{children}</Box>;
}
