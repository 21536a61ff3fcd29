import Box from "@mui/material/Box";
import { useQuery } from "@tanstack/react-query";
import { Plug } from "lucide-react";
import { nodeTypesQuery } from "@/lib/connectors";

/** The drawing of a connector, as the server gives it. It says nothing that its name does not say. */
export function ConnectorIcon({ name, size = 18 }: { name: string; size?: number }) {
  const { data } = useQuery(nodeTypesQuery);
  const path = data?.find((type) => type.name === name)?.icon;
  return (
    <Box component="span" aria-hidden sx={{ display: "inline-flex", color: "primary.main", flexShrink: 0 }}>
      {path ? <svg viewBox="0 0 24 24" width={size} height={size} fill="none" stroke="currentColor" strokeWidth={1.8} strokeLinecap="round" strokeLinejoin="round"><path d={path} /></svg> : <Plug size={size} />}
    </Box>
  );
}
