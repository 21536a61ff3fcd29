import Box from "@mui/material/Box";
import { Database, FileStack, Plug, Workflow } from "lucide-react";

const ICONS: Record<string, typeof Plug> = { file: FileStack, singer: Workflow, postgres: Database, mysql: Database, sqlite: Database };

/** A sign for a connector. It says nothing that its name does not say. */
export function ConnectorIcon({ name, size = 18 }: { name: string; size?: number }) {
  const Icon = ICONS[name] ?? Plug;
  return (
    <Box component="span" aria-hidden sx={{ display: "inline-flex", color: "primary.main", flexShrink: 0 }}>
      <Icon size={size} />
    </Box>
  );
}
