import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import { CircleCheck, CircleX, FlaskConical } from "lucide-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState";
import { Marked } from "@/components/Marked";
import { ProblemAlert } from "@/components/ProblemAlert";
import { Waiting } from "@/components/Waiting";
import { LinkButton } from "@/components/links";
import { say } from "@/lib/sayings";
import type { TestEnd } from "../requests";

interface Props {
  /** How many tests the document has. */
  count: number;
  ends: TestEnd[] | undefined;
  error: unknown;
  isPending: boolean;
  isOld: boolean;
  may: boolean;
  onStart: () => void;
  onNode: (node: string) => void;
}

/** How the tests of the document end; each difference leads to its node. */
export function Tests({ count, ends, error, isPending, isOld, may, onStart, onNode }: Props) {
  const { t } = useTranslation("pipelines");
  if (isPending) return <Waiting text={t("tests.working")} />;
  if (count === 0) return <EmptyState icon={<FlaskConical />} title={t("tests.none")} text={t("tests.none_text")} action={<LinkButton to="/help/$" params={{ _splat: "guides/writing-pipelines" }}>{t("tests.help")}</LinkButton>} />;
  if (!ends) {
    return (
      <>
        {error !== null && error !== undefined && <Box sx={{ px: 2 }}><ProblemAlert error={error} onRetry={onStart} /></Box>}
        <EmptyState icon={<FlaskConical />} title={t("tests.ready", { count })} text={t("tests.text")} action={may && <Button variant="contained" onClick={onStart}>{t("tests.start")}</Button>} />
      </>
    );
  }
  const failed = ends.filter((end) => !end.passed).length;
  return (
    <Box sx={{ p: 2 }}>
      {isOld && <Alert severity="info" sx={{ mb: 1 }} action={<Button color="inherit" size="small" onClick={onStart}>{t("tests.again")}</Button>}>{t("dry.old")}</Alert>}
      <Typography role="status" sx={{ fontWeight: 650, mb: 1 }}>{failed === 0 ? t("tests.all", { count: ends.length }) : t("tests.failed", { count: failed, all: ends.length })}</Typography>
      <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0 }}>
        {ends.map((end) => (
          <Box component="li" key={end.name} sx={{ display: "flex", gap: 1, py: 0.75, borderTop: 1, borderColor: "divider" }}>
            <Box component={end.passed ? CircleCheck : CircleX} size={18} role="img" aria-label={end.passed ? t("tests.passed") : t("tests.not_passed")} sx={{ color: end.passed ? "success.main" : "error.main", flexShrink: 0, mt: "2px" }} />
            <Box sx={{ minWidth: 0, flex: 1 }}>
              <Typography sx={{ fontWeight: 600 }}>{end.name}</Typography>
              {end.nodes.filter((node) => node.differences.length > 0).map((node) => (
                <Box key={node.node + (node.port ?? "")} sx={{ mt: 0.5 }}>
                  <Link component="button" type="button" onClick={() => onNode(node.node)} sx={{ fontWeight: 600 }}>{node.port ? `${node.node}.${node.port}` : node.node}</Link>
                  <Box component="ul" sx={{ m: 0, pl: 2.5 }}>{node.differences.map((text, index) => <Box component="li" key={index} sx={{ fontFamily: "ui-monospace, Menlo, Consolas, monospace", fontSize: 12.5, overflowWrap: "anywhere" }}><Marked text={say(text)} /></Box>)}</Box>
                </Box>
              ))}
              {!end.passed && end.nodes.every((node) => node.differences.length === 0) && end.differences.map((text, index) => <Typography key={index} variant="body2" color="error"><Marked text={say(text)} /></Typography>)}
            </Box>
          </Box>
        ))}
      </Box>
    </Box>
  );
}
