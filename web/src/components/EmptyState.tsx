import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

interface Props {
  icon?: ReactNode;
  title: string;
  /** What would stand here, and how to get it. */
  text?: ReactNode;
  action?: ReactNode;
  /** It is the whole page: its title is that of the page. */
  isPage?: boolean;
}

/** What stands where there is nothing yet: it teaches what to do. */
export function EmptyState({ icon, title, text, action, isPage = false }: Props) {
  return (
    <Box sx={{ textAlign: "center", py: 7, px: 3, maxWidth: 560, mx: "auto" }}>
      {icon && (
        <Box aria-hidden sx={{ display: "inline-flex", p: 2, mb: 2, borderRadius: "50%", bgcolor: "action.hover", color: "primary.main", "& svg": { width: 28, height: 28 } }}>
          {icon}
        </Box>
      )}
      <Typography variant="h2" component={isPage ? "h1" : "h2"} gutterBottom>{title}</Typography>
      {text && <Typography color="textSecondary" sx={{ mb: 2.5, textWrap: "balance" }} component="div">{text}</Typography>}
      {action}
    </Box>
  );
}
