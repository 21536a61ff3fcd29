// Writes src/api/schema.ts: the types of the interface, from the committed document.
//
// Answers that are problems all look alike (application/problem+json), so their types stand once, in src/api/problem.ts,
// and not behind every route. `--check` writes nothing and fails when the file is stale.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const from = new URL("../../docs/reference/openapi.json", import.meta.url);
const to = new URL("../src/api/schema.ts", import.meta.url);

const document = JSON.parse(readFileSync(from, "utf8"));
for (const methods of Object.values(document.paths)) {
  for (const operation of Object.values(methods)) {
    if (!operation.responses) continue;
    operation.responses = Object.fromEntries(
      Object.entries(operation.responses).filter(([status]) => status.startsWith("2") || status.startsWith("3")),
    );
  }
}
const head = "// Written by `npm run client` from docs/reference/openapi.json. Do not edit.\n/* eslint-disable */\n";
const text = head + astToString(await openapiTS(document, { alphabetize: true }));

if (process.argv.includes("--check")) {
  if (readFileSync(to, "utf8") !== text) {
    console.error("web/src/api/schema.ts is stale; run `npm run client` in web/");
    process.exit(1);
  }
} else {
  writeFileSync(to, text);
}
