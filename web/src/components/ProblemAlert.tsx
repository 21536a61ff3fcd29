import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Button from "@mui/material/Button";
import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { serverUrl } from "@/api/base";
import { Problem } from "@/api/problem";
import { explain } from "@/lib/errors";
import { sayBoth } from "@/lib/sayings";
import { Marked } from "./Marked";

interface Props {
  error: unknown;
  onRetry?: () => void;
  onClose?: () => void;
  /** Whether places that are wrong are listed; forms show them at the fields instead. */
  places?: boolean;
}

/** What failed, why, and what to do. */
export function ProblemAlert({ error, onRetry, onClose, places = true }: Props) {
  const { t } = useTranslation();
  if (!error) return null;
  const { what, detail, hint } = explain(error, t);
  const problem = error instanceof Problem ? error : undefined;
  const findings = (problem?.problems ?? []).filter((finding) => finding.message !== problem?.message);
  return (
    <Alert severity="error" onClose={onClose} sx={{ my: 1.5 }} action={onRetry && <Button color="inherit" size="small" onClick={onRetry}>{t("try_again")}</Button>}>
      <AlertTitle sx={{ mb: hint || detail || findings.length ? 0.5 : 0, fontWeight: 600 }}><Marked text={what} /></AlertTitle>
      {detail && <Typography variant="body2" lang="en"><Marked text={detail} /></Typography>}
      {hint && <Typography variant="body2"><Marked text={hint} /></Typography>}
      {places && findings.length > 0 && (
        <ul style={{ margin: "4px 0 0", paddingInlineStart: 18 }}>
          {findings.map((finding) => (
            <li key={finding.path + finding.message}>
              {finding.path && <code>{finding.path}</code>} <Marked text={sayBoth(finding)} />
            </li>
          ))}
        </ul>
      )}
      {problem?.requestId && (
        <Typography variant="caption" component="p" sx={{ mt: 0.5, opacity: 0.85 }}>
          {t("request_number", { id: problem.requestId })}
          {problem.page?.startsWith("/help/") && <> · <Link color="inherit" href={serverUrl(problem.page)}>{t("about_problem")}</Link></>}
        </Typography>
      )}
    </Alert>
  );
}
