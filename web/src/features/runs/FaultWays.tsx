import Box from "@mui/material/Box";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { TextLink } from "@/components/links";
import { connectionsQuery } from "@/lib/connections";
import { useWorkspace } from "@/lib/workspace";
import { graphOf } from "./graph/document";
import { documentQuery, faultOf, type Run } from "./requests";
import { useFailedNodes } from "./useFailedNodes";

/** Where the cause of a failure can be looked at: the nodes that it names, and the connections that those use. */
export function FaultWays({ run }: { run: Run }) {
  const { t } = useTranslation("runs");
  const { slug: workspace } = useWorkspace();
  const failed = useFailedNodes(run, faultOf(run)?.message);
  const { data: version } = useQuery(documentQuery(workspace, run.pipeline_id, run.version));
  const { data: connections } = useQuery(connectionsQuery(workspace));
  const nodes = useMemo(() => (version ? graphOf(version.document).nodes : []).filter(({ name }) => failed.has(name)), [version, failed]);
  const used = [...new Set(nodes.flatMap(({ connection }) => connection ?? []))].flatMap((name) => connections?.find((one) => one.name === name) ?? []);
  if (nodes.length === 0) return null;
  return (
    <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 2, rowGap: 0.5, mt: 1 }}>
      {nodes.map(({ name }) => (
        <TextLink key={name} to="/w/$workspace/pipelines/$pipeline" params={{ workspace, pipeline: run.pipeline_id }} search={{ node: name }} color="inherit" underline="always">{t("fault.node", { name })}</TextLink>
      ))}
      {used.map((connection) => (
        <TextLink key={connection.id} to="/w/$workspace/connections/$connection" params={{ workspace, connection: connection.name }} color="inherit" underline="always">{t("fault.connection", { name: connection.name })}</TextLink>
      ))}
    </Box>
  );
}
