import Button from "@mui/material/Button";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import ListItemButton from "@mui/material/ListItemButton";
import ListItemText from "@mui/material/ListItemText";
import Popover from "@mui/material/Popover";
import { CircleAlert, CircleCheck, CircleDashed, LoaderCircle } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Marked } from "@/components/Marked";
import { say } from "@/lib/sayings";
import { loads } from "../model/graph";
import { type Builder, useBuilderPart, useBuilderStore } from "./context";

const part = ({ problems, isChecking, select, graph, mayEdit }: Builder) => ({ problems, isChecking, select, isIdle: mayEdit && graph.nodes.size > 0 && !loads(graph) });

/** How many things are wrong; each leads to its node. */
export function Problems({ onShowText, onTarget }: { onShowText: () => void; onTarget: () => void }) {
  const { t } = useTranslation("pipelines");
  const store = useBuilderStore();
  const { problems, isChecking, select, isIdle } = useBuilderPart(part);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const go = (path: string) => {
    const name = /^\/nodes\/([^/]+)/.exec(path)?.[1]?.replaceAll("~1", "/").replaceAll("~0", "~");
    if (name && store.now.graph.nodes.has(name)) select([name]);
    else onShowText();
    setAnchor(null);
  };
  const count = problems.length;
  const Icon = count > 0 ? CircleAlert : isChecking ? LoaderCircle : CircleCheck;
  // Nothing is wrong, and yet it would not run.
  if (count === 0 && isIdle) return <Button size="small" color="warning" startIcon={<CircleDashed size={16} />} onClick={onTarget} aria-live="polite" sx={{ whiteSpace: "nowrap" }}>{t("loads_nothing")}</Button>;
  return (
    <>
      <Button size="small" color={count > 0 ? "error" : "inherit"} startIcon={<Icon size={16} />} disabled={count === 0} onClick={(event) => setAnchor(event.currentTarget)} aria-haspopup="dialog" aria-live="polite" sx={{ whiteSpace: "nowrap", "&.Mui-disabled": { color: isChecking ? "text.secondary" : "success.main" } }}>
        {count > 0 ? t("problems_count", { count }) : isChecking ? t("checking") : t("no_problems")}
      </Button>
      <Popover open={anchor !== null && count > 0} anchorEl={anchor} onClose={() => setAnchor(null)} anchorOrigin={{ vertical: "bottom", horizontal: "left" }} slotProps={{ paper: { sx: { width: 460, maxWidth: "95vw" }, role: "dialog", "aria-label": t("problems_count", { count }) } as never }}>
        <List dense>
          {problems.map((problem, index) => (
            <ListItem key={index} disablePadding>
              <ListItemButton onClick={() => go(problem.path)}>
                <ListItemText primary={<Marked text={say(problem.message)} />} secondary={<Marked text={[problem.path.replace(/^\/nodes\//, "").replaceAll("/", " › "), problem.line ? t("line", { line: problem.line }) : "", say(problem.hint ?? "")].filter(Boolean).join(" · ")} />} />
              </ListItemButton>
            </ListItem>
          ))}
        </List>
      </Popover>
    </>
  );
}
