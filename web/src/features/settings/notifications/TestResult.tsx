import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import { useTranslation } from "react-i18next";
import type { Api } from "@/api/client";
import { Marked } from "@/components/Marked";
import { capitalized } from "@/lib/errors";
import { say } from "@/lib/sayings";

/** How a test message went, in the words of the other side. */
export function TestResult({ result }: { result: Api<"SentTest"> }) {
  const { t } = useTranslation("settings");
  if (result.ok && result.refused.length === 0) return <Alert severity="success" sx={{ mt: 1.5 }}>{t("channels.taken")}</Alert>;
  return (
    <Alert severity={result.ok ? "warning" : "error"} sx={{ mt: 1.5 }}>
      <AlertTitle>{result.ok ? t("channels.partly") : result.message ? <Marked text={capitalized(say(result.message))} /> : t("channels.test_failed")}</AlertTitle>
      {result.hint && <Marked text={capitalized(say(result.hint))} />}
      {result.refused.length > 0 && <ul>{result.refused.map((one) => <li key={one.recipient}>{one.recipient}: {say(one.words)}</li>)}</ul>}
    </Alert>
  );
}
