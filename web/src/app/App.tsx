import createCache from "@emotion/cache";
import { CacheProvider } from "@emotion/react";
import CssBaseline from "@mui/material/CssBaseline";
import { ThemeProvider } from "@mui/material/styles";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/query";
import { ConfirmProvider } from "@/components/Confirm";
import { ToastProvider } from "@/components/Toasts";
import { router } from "./router";
import { themeIn } from "./theme";

// The server puts a number into the page that its policy lets styles through with (Content-Security-Policy).
const nonce = document.querySelector<HTMLMetaElement>('meta[name="nonce"]')?.content;
const cache = createCache({ key: "tp", nonce });

/** What pages share stands inside of the router: questions and toasts may hold links. */
function Around({ children }: { children: ReactNode }) {
  return (
    <ToastProvider>
      <ConfirmProvider>{children}</ConfirmProvider>
    </ToastProvider>
  );
}

export function App() {
  const { t } = useTranslation();
  const theme = useMemo(() => themeIn(t), [t]);
  return (
    <CacheProvider value={cache}>
      <ThemeProvider theme={theme} defaultMode="system">
        <CssBaseline />
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} InnerWrap={Around} />
        </QueryClientProvider>
      </ThemeProvider>
    </CacheProvider>
  );
}
