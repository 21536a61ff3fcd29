import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Snackbar from "@mui/material/Snackbar";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Marked } from "./Marked";
import { explain } from "@/lib/errors";

interface Toast {
  key: number;
  text: string;
  severity: "success" | "info" | "error";
  action?: { label: string; run: () => void };
}

interface Toasts {
  /** Says that something was done; `action` may take it back. */
  done(text: string, action?: Toast["action"]): void;
  /** Says why something was not done. */
  failed(error: unknown): void;
}

const Context = createContext<Toasts>({ done: () => undefined, failed: () => undefined });

export function useToasts(): Toasts {
  return useContext(Context);
}

/** Short words at the edge of the page, one after the other. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [queue, setQueue] = useState<Toast[]>([]);
  const add = useCallback((toast: Omit<Toast, "key">) =>
    // What was only good to know makes room for what comes next: a way back must not wait.
    setQueue((all) => [...all.filter((one) => one.action !== undefined || one.severity === "error"), { ...toast, key: Date.now() + Math.random() }]), []);
  const toasts = useMemo<Toasts>(
    () => ({
      done: (text, action) => add({ text, severity: "success", action }),
      failed: (error) => {
        const { what, detail, hint } = explain(error, t);
        add({ text: [what, detail, hint].filter(Boolean).join(" — "), severity: "error" });
      },
    }),
    [add, t],
  );
  const [first] = queue;
  const close = () => setQueue((all) => all.slice(1));
  return (
    <Context.Provider value={toasts}>
      {children}
      {first && (
        <Snackbar
          key={first.key}
          open
          autoHideDuration={first.severity === "error" ? 12_000 : first.action ? 9_000 : 4_000}
          onClose={(_, reason) => reason !== "clickaway" && close()}
          anchorOrigin={{ vertical: "bottom", horizontal: "center" }}
        >
          <Alert
            severity={first.severity}
            variant="standard"
            elevation={8}
            onClose={close}
            action={first.action && <Button color="inherit" size="small" onClick={() => { first.action?.run(); close(); }}>{first.action.label}</Button>}
          >
            <Marked text={first.text} />
          </Alert>
        </Snackbar>
      )}
    </Context.Provider>
  );
}
