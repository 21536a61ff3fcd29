import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import { Link as RouterLink, type LinkProps } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { useKeysKept } from "./useKeysKept";

interface Props {
  title: string;
  /** Stands before the title: where one came from. */
  back?: { label: string; to: LinkProps["to"]; params?: Record<string, string> };
  /** Beside the title: a state, for example. */
  mark?: ReactNode;
  /** One sentence below the title. */
  text?: ReactNode;
  actions?: ReactNode;
}

/** The head of a page. Also names the window. */
export function PageHeader({ title, back, mark, text, actions }: Props) {
  const deeds = useKeysKept();
  useEffect(() => {
    document.title = `${title} · Towpath`;
  }, [title]);
  return (
    <Box component="header" sx={{ display: "flex", flexWrap: "wrap", gap: 1.5, alignItems: "flex-end", mb: 2.5 }}>
      <Box sx={{ flex: "1 1 260px", minWidth: 0 }}>
        {back && (
          <Link component={RouterLink} to={back.to as string} params={back.params as never} variant="body2" color="textSecondary">
            ← {back.label}
          </Link>
        )}
        <Box sx={{ display: "flex", gap: 1.5, alignItems: "center", flexWrap: "wrap" }}>
          <Typography variant="h1" sx={{ overflowWrap: "anywhere" }}>{title}</Typography>
          {mark}
        </Box>
        {text && <Typography color="textSecondary" sx={{ mt: 0.5 }} component="div">{text}</Typography>}
      </Box>
      {actions && <Box {...deeds} sx={{ display: "flex", gap: 1, flexWrap: "wrap", outline: "none" }}>{actions}</Box>}
    </Box>
  );
}
