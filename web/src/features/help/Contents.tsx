import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Collapse from "@mui/material/Collapse";
import TextField from "@mui/material/TextField";
import useMediaQuery from "@mui/material/useMediaQuery";
import { useNavigate } from "@tanstack/react-router";
import { ChevronDown, ChevronRight, ListTree } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { TextLink } from "@/components/links";
import { useDebounced } from "@/lib/useDebounced";
import { grouped, type HelpEntry, type HelpGroup } from "./pages";

interface Props {
  entries: HelpEntry[];
  current: string | undefined;
  search: string | undefined;
}

/** What there is to read, and where one looks for a word. */
export function Contents({ entries, current, search }: Props) {
  const { t } = useTranslation("help");
  const wide = useMediaQuery("(min-width: 900px)");
  // On narrow screens the contents are in the way of the page, until somebody wants them.
  const [openAt, setOpenAt] = useState<string | null>(null);
  const open = wide || openAt === (current ?? "");
  return (
    <Box component="nav" aria-label={t("contents")} sx={{ flexShrink: 0, width: { xs: "100%", md: 240 }, position: { md: "sticky" }, top: 76, maxHeight: { md: "calc(100dvh - 100px)" }, overflowY: { md: "auto" }, pr: 0.5, pt: 0.75 }}>
      <SearchField key={current} search={search} />
      {!wide && <Button size="small" startIcon={<ListTree size={16} />} aria-expanded={open} onClick={() => setOpenAt(open ? null : (current ?? ""))} sx={{ mt: 1 }}>{t("contents")}</Button>}
      {open && (
        <Box sx={{ mt: 1.5 }}>
          <Entry path="" title={t("start")} isCurrent={current === "README"} />
          {grouped(entries).map((group) => <Group key={group.folder} group={group} current={current} />)}
        </Box>
      )}
    </Box>
  );
}

/** What is typed stands in the address, a moment after the last letter. */
function SearchField({ search }: { search: string | undefined }) {
  const { t } = useTranslation("help");
  const navigate = useNavigate();
  const [text, setText] = useState(search ?? "");
  const settled = useDebounced(text.trim(), 200);
  useEffect(() => {
    if (settled !== (search ?? "")) void navigate({ to: ".", search: { search: settled || undefined } as never, replace: true });
    // Only what is typed leads on; whoever opens a page has a field of their own.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [settled]);
  return <TextField type="search" label={t("search")} value={text} onChange={(event) => setText(event.target.value)} />;
}

function Group({ group, current }: { group: HelpGroup; current: string | undefined }) {
  const { t } = useTranslation("help");
  const holds = group.entries.some((entry) => entry.path === current);
  const [open, setOpen] = useState(group.folder === "guides" || holds);
  const Icon = open ? ChevronDown : ChevronRight;
  return (
    <Box sx={{ mt: 1 }}>
      <Button size="small" color="inherit" startIcon={<Icon size={15} />} aria-expanded={open} onClick={() => setOpen(!open)} sx={{ fontWeight: 650, justifyContent: "flex-start", width: "100%" }}>{t(`folder.${group.folder}`, group.folder)}</Button>
      <Collapse in={open} unmountOnExit>
        <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0, pl: 1.5 }}>
          {group.entries.map((entry) => <li key={entry.path}><Entry path={entry.path} title={entry.path.endsWith("README") ? t("overview") : entry.title} language={entry.language} isCurrent={entry.path === current} /></li>)}
        </Box>
      </Collapse>
    </Box>
  );
}

function Entry({ path, title, language, isCurrent }: { path: string; title: string; language?: string; isCurrent: boolean }) {
  return (
    <TextLink to="/help/$" params={{ _splat: path }} search={{}} lang={path.endsWith("README") ? undefined : language} aria-current={isCurrent ? "page" : undefined} color="inherit" sx={{ display: "block", py: 0.5, px: 1, borderRadius: 1, fontSize: 14, fontWeight: isCurrent ? 650 : 400, bgcolor: isCurrent ? "action.selected" : undefined, overflowWrap: "anywhere" }}>
      {title}
    </TextLink>
  );
}
