import Box from "@mui/material/Box";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Waiting } from "../Waiting";
import type { EditorProps } from "./Editor";

const Editor = lazy(() => import("./Editor"));

/** An editor for SQL and YAML. It is loaded when it is needed. */
export function CodeEditor({ height = 240, ...props }: EditorProps & { height?: number | string }) {
  const { t } = useTranslation();
  return (
    <Box sx={{ height, border: 1, borderColor: "divider", borderRadius: 1, overflow: "hidden", bgcolor: "background.paper", "& > div, & .cm-editor": { height: "100%" } }}>
      <Suspense fallback={<Waiting text={t("loading_page")} />}>
        <Editor {...props} />
      </Suspense>
    </Box>
  );
}
