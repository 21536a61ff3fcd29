import Box from "@mui/material/Box";
import CircularProgress from "@mui/material/CircularProgress";
import Skeleton from "@mui/material/Skeleton";
import Typography from "@mui/material/Typography";

/** Says what is waited for. */
export function Waiting({ text }: { text: string }) {
  return (
    <Box role="status" sx={{ display: "flex", gap: 1.5, alignItems: "center", justifyContent: "center", p: 4, color: "text.secondary" }}>
      <CircularProgress size={18} aria-hidden />
      <Typography variant="body2">{text}</Typography>
    </Box>
  );
}

/** Lines where a list will be. */
export function ListSkeleton({ rows = 6, text }: { rows?: number; text: string }) {
  return (
    <Box role="status" aria-label={text} sx={{ p: 1 }}>
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={40} sx={{ transform: "none", mb: 1 }} />
      ))}
    </Box>
  );
}
