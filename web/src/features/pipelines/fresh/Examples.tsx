import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CodeEditor } from "@/components/code/CodeEditor";
import { ProblemAlert } from "@/components/ProblemAlert";
import { Waiting } from "@/components/Waiting";
import { valueOf } from "../model/compare";
import { nodeTypesQuery, nodeTypeQuery } from "@/lib/connectors";
import { useServerWords } from "@/lib/serverWords";

/** An example of every kind of node, ready to be changed. */
export function Examples({ onUse }: { onUse: (text: string) => void }) {
  const { t } = useTranslation("pipelines");
  const words = useServerWords();
  const types = useQuery(nodeTypesQuery);
  const [name, setName] = useState("");
  const [index, setIndex] = useState(0);
  const shown = name || types.data?.find((one) => one.kind === "transform")?.name || "";
  const one = useQuery({ ...nodeTypeQuery(shown), enabled: shown !== "" });
  const documents = (one.data?.examples ?? []).filter((text) => valueOf(text).nodes !== undefined).map((text) => text.trimStart());
  const text = documents[Math.min(index, documents.length - 1)];
  return (
    <Box>
      <Box sx={{ display: "flex", gap: 1.5, flexWrap: "wrap", mb: 1.5, alignItems: "flex-start" }}>
        <TextField select label={t("example_of")} value={types.data ? shown : ""} onChange={(event) => { setName(event.target.value); setIndex(0); }} sx={{ width: 320 }}>
          {(types.data ?? []).map((type) => <MenuItem key={type.name} value={type.name}>{words.text(type.title)}</MenuItem>)}
        </TextField>
        {documents.length > 1 && <TextField select label={t("example")} value={index} onChange={(event) => setIndex(Number(event.target.value))} sx={{ width: 240 }}>{documents.map((document, at) => <MenuItem key={at} value={at}>{String(valueOf(document).name ?? at + 1)}</MenuItem>)}</TextField>}
        {text && <Button variant="outlined" onClick={() => onUse(text)}>{t("example_use")}</Button>}
      </Box>
      <Typography variant="body2" color="textSecondary" sx={{ mb: 1 }}>{one.data && words.text(one.data.summary)}</Typography>
      <ProblemAlert error={types.error ?? one.error} onRetry={() => { void types.refetch(); void one.refetch(); }} />
      {one.isFetching && !one.data ? <Waiting text={t("example_loading")} /> : text ? <CodeEditor key={shown + index} language="yaml" label={t("example")} value={text} readOnly height={260} /> : one.data && <Typography color="textSecondary">{t("example_none")}</Typography>}
    </Box>
  );
}
