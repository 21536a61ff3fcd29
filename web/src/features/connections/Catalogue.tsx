import Box from "@mui/material/Box";
import ButtonBase from "@mui/material/ButtonBase";
import Chip from "@mui/material/Chip";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState";
import { ProblemAlert } from "@/components/ProblemAlert";
import { ListSkeleton } from "@/components/Waiting";
import { capabilitiesOf, type NodeType, nodeTypesQuery } from "@/lib/connectors";
import { useServerWords } from "@/lib/serverWords";
import { ConnectorIcon } from "./ConnectorIcon";

/** Every connector of the server, to choose one. */
export function Catalogue({ onChoose }: { onChoose: (connector: string) => void }) {
  const { t } = useTranslation("connections");
  const { data, error, refetch } = useQuery(nodeTypesQuery);
  const words = useServerWords();
  const [search, setSearch] = useState("");
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!data) return <ListSkeleton rows={4} text={t("loading_connectors")} />;
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  const connectors = data.filter((type) => type.kind === "connector" && wanted.every((word) => `${type.name} ${words.text(type.title)} ${words.text(type.summary)}`.toLowerCase().includes(word)));
  return (
    <>
      <TextField type="search" label={t("search_connector")} value={search} onChange={(event) => setSearch(event.target.value)} sx={{ maxWidth: 360, mb: 2 }} autoFocus />
      {connectors.length === 0 && <EmptyState title={t("nothing_found", { text: search })} text={t("no_connector")} />}
      <Box component="ul" sx={{ listStyle: "none", p: 0, m: 0, display: "grid", gap: 2, gridTemplateColumns: "repeat(auto-fill, minmax(min(300px, 100%), 1fr))" }}>
        {connectors.map((type) => <li key={type.name}><Card type={type} onChoose={() => onChoose(type.name)} /></li>)}
      </Box>
    </>
  );
}

function Card({ type, onChoose }: { type: NodeType; onChoose: () => void }) {
  const { t } = useTranslation("connections");
  const words = useServerWords();
  const can = capabilitiesOf(type);
  return (
    <ButtonBase onClick={onChoose} sx={{ width: "100%", height: "100%", p: 2, display: "flex", flexDirection: "column", alignItems: "stretch", justifyContent: "flex-start", textAlign: "left", border: 1, borderColor: "divider", borderRadius: 1.5, bgcolor: "background.paper", "&:hover": { borderColor: "primary.main", bgcolor: "action.hover" } }}>
      <Box sx={{ display: "flex", gap: 1.25, alignItems: "center", mb: 0.75 }}>
        <ConnectorIcon name={type.name} size={22} />
        <Typography variant="h3" component="span">{words.text(type.title)}</Typography>
      </Box>
      <Typography variant="body2" color="textSecondary" component="span" sx={{ flex: 1 }}>{words.text(type.summary)}</Typography>
      <Box component="span" sx={{ display: "flex", gap: 0.75, mt: 1.5, flexWrap: "wrap" }}>
        <Chip component="span" size="small" variant="outlined" label={t("reads")} />
        {(can?.write_modes.length ?? 0) > 0 && <Chip component="span" size="small" variant="outlined" label={t("loads")} />}
        {can?.queries && <Chip component="span" size="small" variant="outlined" label={t("answers_sql")} />}
      </Box>
    </ButtonBase>
  );
}
