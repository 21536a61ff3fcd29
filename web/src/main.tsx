import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { startI18n } from "./lib/i18n";

const root = document.getElementById("root");
if (root) void startI18n().then(() => createRoot(root).render(<StrictMode><App /></StrictMode>));
if ("serviceWorker" in navigator && import.meta.env.PROD) {
  void navigator.serviceWorker.register(new URL("worker.js", document.baseURI)).catch(() => undefined);
}
