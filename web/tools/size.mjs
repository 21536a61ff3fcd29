// What a browser loads before the first page shows, packed as gzip packs it. Fails when it is too much.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const MOST = 350_000;
const dist = new URL("../dist/", import.meta.url);
const html = readFileSync(new URL("index.html", dist), "utf8");
const wanted = [...html.matchAll(/(?:src|href)="\.?\/?([^"]+\.(?:js|css))"/g)].map((match) => match[1]);
const packed = (path) => gzipSync(readFileSync(new URL(path, dist))).length;
// The words of the page's language come with them: those of the language that has most.
const words = readdirSync(new URL("assets/", dist)).filter((name) => /^words-[a-z]+-[\w-]{8}\.js$/.test(name)).map((name) => `assets/${name}`);
if (words.length < 2) throw new Error("no words of two languages in dist/assets");
wanted.push(words.reduce((most, path) => (packed(path) > packed(most) ? path : most)));
const bytes = wanted.map(packed);
const total = bytes.reduce((sum, one) => sum + one, 0);
console.log(`first load: ${Math.round(total / 1000)} kB of ${MOST / 1000} kB (gzip)`);
wanted.forEach((path, index) => console.log(`  ${path}: ${bytes[index]} bytes`));
if (total > MOST || wanted.length === 1) process.exit(1);
