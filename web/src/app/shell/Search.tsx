import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { Search as SearchIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { SearchDialog } from "./SearchDialog";

const isMac = navigator.platform.startsWith("Mac");

/** Opens the search; Ctrl-K does the same anywhere, also before the button is drawn. */
export function SearchButton({ workspace, isDrawn = true }: { workspace: string | undefined; isDrawn?: boolean }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setOpen((was) => !was);
      }
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
  if (!workspace) return null;
  return (
    <>
      {isDrawn && <Button variant="outlined" color="inherit" size="small" startIcon={<SearchIcon size={16} />} onClick={() => setOpen(true)} aria-keyshortcuts="Control+K" sx={{ color: "text.secondary", borderColor: "divider", minWidth: { xs: 36, sm: 220 }, justifyContent: "flex-start", "& .MuiButton-startIcon": { mr: { xs: 0, sm: 1 } } }}>
        <Box component="span" sx={{ flex: 1, textAlign: "left", position: { xs: "absolute", sm: "static" }, clipPath: { xs: "inset(50%)", sm: "none" } }}>{t("search")}</Box>
        <Box component="kbd" sx={{ fontSize: 11, border: 1, borderColor: "divider", borderRadius: 1, px: 0.5, display: { xs: "none", sm: "inline" } }}>{isMac ? "⌘K" : "Ctrl K"}</Box>
      </Button>}
      {open && <SearchDialog workspace={workspace} onClose={() => setOpen(false)} />}
    </>
  );
}
