// What a browser loads before the first page shows, packed as gzip packs it. Fails when it is too much.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const MOST = 350_000;
const dist = new URL("../dist/", import.meta.url);
const html = readFileSync(new URL("index.html", dist), "utf8");
const wanted = [...html.matchAll(/(?:src|href)="\.?\/?([^"]+\.(?:js|css))"/g)].map((match) => match[1]);
const bytes = wanted.map((path) => gzipSync(readFileSync(new URL(path, dist))).length);
const total = bytes.reduce((sum, one) => sum + one, 0);
console.log(`first load: ${Math.round(total / 1000)} kB of ${MOST / 1000} kB (gzip)`);
wanted.forEach((path, index) => console.log(`  ${path}: ${bytes[index]} bytes`));
if (total > MOST || wanted.length === 0) process.exit(1);
