import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { addSayings, sayOpen, type Sayings, setSayingsLanguage, translator } from "./sayings";

const files = import.meta.glob<Sayings>("../locales/fr/sayings/*.json", { eager: true, import: "default" });
const french: Sayings = Object.assign({}, ...Object.values(files));

/** Every text of the program, with holes where values go. */
function texts(): Set<string> {
  const found = new Set<string>();
  for (const entry of readdirSync("../crates", { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".rs") || !entry.parentPath.includes("/src")) continue;
    const code = readFileSync(join(entry.parentPath, entry.name), "utf8").replace(/^\s*\/\/.*$/gm, "");
    for (const [, text = ""] of code.matchAll(/"((?:[^"\\]|\\[^])*)"/g)) {
      const plain = text.replace(/\\\n\s*/g, "").replaceAll('\\"', '"').replaceAll("\\\\", "\\");
      found.add(plain.replaceAll("{{", "\u0001").replaceAll("}}", "\u0002").replace(/\{\w*(:[^{} ]*)?\}/g, "{}").replaceAll("\u0001", "{").replaceAll("\u0002", "}").trim());
    }
  }
  return found;
}

it("has no sentence that the program does not say", () => {
  const program = texts();
  // What is in that file, the program makes of parts.
  const written = Object.entries(files).flatMap(([path, sayings]) => (path.endsWith("/composed.json") ? [] : Object.keys(sayings)));
  expect(written.filter((english) => !program.has(english))).toEqual([]);
});

it("leaves as many holes as there are", () => {
  const holes = (text: string) => (text.match(/\{\d?\}/g) ?? []).length;
  expect(Object.entries(french).filter(([english, text]) => holes(english) !== holes(text))).toEqual([]);
});

it("finds the sentence that says most, and says what stands in its holes too", () => {
  const say = translator(french);
  expect(say("connection `shop`: parameter `day` has no value")).toBe("connexion `shop`\u00a0: le paramètre `day` n'a pas de valeur");
  expect(say("expected a whole number, found `many`")).toBe("attendu\u00a0: un nombre entier\u202f; trouvé\u00a0: `many`");
  expect(say("did you mean `table`?")).toBe("vouliez-vous dire `table`\u202f?");
  expect(say("node `read`: file `a.csv` does not exist in `/data`")).toBe("nœud `read`\u00a0: le fichier `a.csv` n'existe pas dans `/data`");
  expect(say("the server cannot be reached: no route to host (server `db`)")).toContain("no route to host (server `db`)");
  expect(say("the server cannot be reached: connection refused (os error 111) (server `db:1`, database `x`, user `y`)")).toBe("le serveur est injoignable\u00a0: connexion refusée (os error 111) (serveur `db:1`, base de données `x`, utilisateur `y`)");
  expect(say("nodes: `a`, `b` and 3 more")).toBe("nœuds\u00a0: `a`, `b` et 3 autres");
  expect(say("shop-returns: put rows into quarantine")).toBe("shop-returns\u00a0: a mis des lignes en quarantaine");
  expect(say("no file of 2026-11-27 has come for machine `DEM12`; it was due at 2026-11-30 10:00 UTC")).toBe("aucun fichier du 2026-11-27 n'est arrivé pour machine `DEM12`\u202f; il était attendu le 2026-11-30 à 10:00 UTC");
  // Lines of a log are sentences too.
  expect(say("`orders` begins for the data of 2026-11-29")).toBe("`orders` commence pour les données du 2026-11-29");
  expect(say("7310 rows are in place")).toBe("lignes en place\u00a0: 7310");
  expect(say("no file of 2026-11-27 has come for machine `SU12`")).toBe("aucun fichier du 2026-11-27 n'est arrivé pour machine `SU12`");
  // Half a sentence in another language would be worse than none.
  expect(say("the thing that broke is in the other place")).toBe("the thing that broke is in the other place");
  expect(say("node `read`: something unheard of")).toBe("node `read`: something unheard of");
  expect(say("the other system said something else")).toBe("the other system said something else");
});

it("says sentences in which values were left out", () => {
  addSayings("fr", french);
  setSayingsLanguage("fr");
  expect(sayOpen("… is not a time of the form `%H:%M`")).toBe("… n'est pas une heure de la forme `%H:%M`");
  expect(sayOpen("… and nothing else")).toBe("… and nothing else");
  setSayingsLanguage("en");
});
