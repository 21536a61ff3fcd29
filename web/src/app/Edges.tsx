import Box from "@mui/material/Box";
import { type ErrorComponentProps, Outlet, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { MapPinOff } from "lucide-react";
import { EmptyState } from "@/components/EmptyState";
import { LinkButton } from "@/components/links";
import { ProblemAlert } from "@/components/ProblemAlert";
import { Waiting } from "@/components/Waiting";
import { useWorkspace } from "@/lib/workspace";

/** What stands where no page is. */
export function Missing() {
  const { t } = useTranslation();
  return (
    <EmptyState isPage icon={<MapPinOff />} title={t("missing_page")} text={t("missing_page_text")} action={<LinkButton to="/" variant="contained">{t("to_start")}</LinkButton>} />
  );
}

/** The same outside of the frame. */
export function Nowhere() {
  return <main><Missing /></main>;
}

/** The pages of a workspace, for those who are in it. */
export function Within() {
  const { t } = useTranslation();
  const { slug, membership } = useWorkspace();
  // Whoever renames or leaves it is still here for a moment.
  const [known, setKnown] = useState<string>();
  if (membership && known !== slug) setKnown(slug);
  if (membership || known === slug) return <Outlet />;
  return <EmptyState isPage icon={<MapPinOff />} title={t("missing_workspace", { name: slug })} text={t("missing_workspace_text")} action={<LinkButton to="/" variant="contained">{t("to_start")}</LinkButton>} />;
}

/** What stands where a page could not be shown. */
export function Fault({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const again = () => {
    reset();
    void router.invalidate();
  };
  return (
    <Box sx={{ p: 3, maxWidth: 800, mx: "auto" }}>
      <ProblemAlert error={error} onRetry={again} />
    </Box>
  );
}

/** What stands while a page is loaded. */
export function Pending() {
  const { t } = useTranslation();
  return <Waiting text={t("loading_page")} />;
}
