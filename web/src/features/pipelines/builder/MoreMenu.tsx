import IconButton from "@mui/material/IconButton";
import ListItemIcon from "@mui/material/ListItemIcon";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import { useNavigate } from "@tanstack/react-router";
import { Activity, Download, EllipsisVertical, FlaskConical, GitCompare, History, Keyboard, Link2, RefreshCw, SlidersHorizontal } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useToasts } from "@/components/Toasts";
import { useCopy } from "@/components/useCopy";
import { forgetLooks } from "../requests";
import { download } from "../download";
import { type Builder, useBuilderPart, useBuilderStore } from "./context";

const part = ({ view, slug }: Builder) => ({ saved: view, slug });

interface Props {
  onDocument: () => void;
  onKeys: () => void;
  onChanges: () => void;
  onTests: () => void;
}

/** What is needed less often. */
export function MoreMenu({ onDocument, onKeys, onChanges, onTests }: Props) {
  const { t } = useTranslation("pipelines");
  const navigate = useNavigate();
  const toasts = useToasts();
  const copy = useCopy();
  const store = useBuilderStore();
  const { saved, slug } = useBuilderPart(part);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const save = () => {
    const { graph, text } = store.now;
    download(`${typeof graph.value.name === "string" ? graph.value.name : "pipeline"}.yaml`, text);
  };
  const item = (icon: ReactNode, label: string, run: () => void) => (
    <MenuItem key={label} onClick={() => { setAnchor(null); run(); }}><ListItemIcon>{icon}</ListItemIcon>{label}</MenuItem>
  );
  return (
    <>
      <IconButton size="small" aria-label={t("more_actions")} aria-haspopup="menu" aria-expanded={anchor !== null} onClick={(event) => setAnchor(event.currentTarget)}><EllipsisVertical size={18} /></IconButton>
      <Menu open={anchor !== null} anchorEl={anchor} onClose={() => setAnchor(null)}>
        {item(<SlidersHorizontal size={16} />, t("document_title"), onDocument)}
        {item(<GitCompare size={16} />, t("dry.title"), onChanges)}
        {item(<FlaskConical size={16} />, t("tests.start"), onTests)}
        {saved && item(<Activity size={16} />, t("its_runs"), () => void navigate({ to: "/w/$workspace/runs", params: { workspace: slug }, search: { pipeline: saved.name } }))}
        {saved && item(<History size={16} />, t("versions"), () => void navigate({ to: ".", search: (old) => ({ ...old, version: 0 }), replace: true }))}
        {saved && item(<Link2 size={16} />, t("share"), () => copy(location.href, t("link_copied")))}
        {item(<Download size={16} />, t("export_yaml"), save)}
        {item(<RefreshCw size={16} />, t("forget_looks"), () => { forgetLooks(); toasts.done(t("forgot_looks")); })}
        {item(<Keyboard size={16} />, t("keys_title"), onKeys)}
      </Menu>
    </>
  );
}
