import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// In development, pages come from Vite and everything else from a server: TOWPATH=http://127.0.0.1:8080 npm run dev
const server = process.env.TOWPATH ?? "http://127.0.0.1:8080";

export default defineConfig({
  // Relative addresses: a server may stand below a path of another one.
  base: "./",
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "dist",
    // The folder keeps its .gitignore, so that Rust builds without Node; `npm run build` empties the rest.
    emptyOutDir: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
  },
  server: {
    proxy: { "/api": { target: server, ws: true, rewriteWsOrigin: true, changeOrigin: true }, "/docs": server, "/health": server, "/help-pages": server },
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"], setupFiles: ["src/lib/testing/setup.ts"] },
});
