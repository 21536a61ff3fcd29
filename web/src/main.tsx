import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { startI18n } from "./lib/i18n";
import { keepFocus } from "./lib/keepFocus";

const root = document.getElementById("root");
keepFocus(document);
if (root) void startI18n().then(() => createRoot(root).render(<StrictMode><App /></StrictMode>));
/** So long after the page, everything else is fetched for when there is no network, in milliseconds: whoever looks comes first. */
const LATER = 3000;
if ("serviceWorker" in navigator && import.meta.env.PROD) {
  void navigator.serviceWorker.register(new URL("worker.js", document.baseURI)).catch(() => undefined);
  const savesData = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
  if (!savesData) void navigator.serviceWorker.ready.then(({ active }) => setTimeout(() => active?.postMessage("keep"), LATER));
}
