import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// In development, pages come from Vite and everything else from a server: TOWPATH=http://127.0.0.1:8080 npm run dev
const server = process.env.TOWPATH ?? "http://127.0.0.1:8080";

/** Empties `dist` but for its .gitignore, which keeps the folder in the repository: Rust builds without Node. */
function fresh(): Plugin {
  return {
    name: "fresh",
    apply: "build",
    buildStart() {
      for (const name of readdirSync("dist")) if (name !== ".gitignore") rmSync(join("dist", name), { recursive: true });
    },
  };
}

/** Packs every file once and well, so that the server need not. */
function packed(): Plugin {
  return {
    name: "packed",
    apply: "build",
    closeBundle() {
      for (const entry of readdirSync("dist", { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (!entry.isFile() || !/\.(js|css|svg|json|webmanifest|html)$/.test(path)) continue;
        const text = readFileSync(path);
        if (text.length > 1000) writeFileSync(`${path}.br`, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
      }
    },
  };
}

/** Lists what the pages are made of, for the service worker, which keeps it for when there is no network. */
function listed(): Plugin {
  return {
    name: "listed",
    apply: "build",
    writeBundle() {
      const parts = readdirSync("dist/assets").filter((name) => /\.(js|css)$/.test(name)).map((name) => `assets/${name}`);
      writeFileSync("dist/parts.json", JSON.stringify([...parts, "boot.js", "icon.svg", "app.webmanifest"]));
    },
  };
}

export default defineConfig({
  // Relative addresses: a server may stand below a path of another one.
  base: "./",
  plugins: [react(), fresh(), listed(), packed()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "dist",
    emptyOutDir: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    // The words of a language are one file: they are all needed before anything is shown; what it says instead of the server's words
    // are others, which come after. What several pages use comes in few files,
    // for each one that is asked for costs a way to the server and back; not so what would bring a large library with it (layouts,
    // YAML, long tables), which few pages need.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { test: /\/src\/locales\//, debugName: "words", name: (id: string) => /locales\/(\w+)\/(?:(\w+)\/)?/.exec(id)?.slice(1).reduce((all, part) => (part ? `${all}-${part}` : all), "words") ?? "" },
            { test: /\/node_modules\/lucide-react\//, name: "icons" },
            { test: /\/node_modules\/(@mui|@emotion)\//, name: "mui", minShareCount: 4 },
            { test: /\/src\/(components|lib)\/(?!layoutGraph|params|form\/|RowsTable|useDrawnRows|ParamFields)/, name: "parts", minShareCount: 6 },
          ],
        },
      },
    },
  },
  server: {
    proxy: { "/api": { target: server, ws: true, rewriteWsOrigin: true, changeOrigin: true }, "/docs": server, "/health": server, "/help-pages": server },
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"], setupFiles: ["src/lib/testing/setup.ts"], testTimeout: 30_000 },
});
