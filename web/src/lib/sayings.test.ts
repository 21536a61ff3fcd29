import { expect, it } from "vitest";
import { addSayings, sayOpen, type Sayings, setSayingsLanguage, translator } from "./sayings";
import { literals } from "./testing/rust";

const files = import.meta.glob<Sayings>("../locales/fr/sayings/*.json", { eager: true, import: "default" });
const french: Sayings = Object.assign({}, ...Object.values(files));

const program = literals();

it("has no sentence that the program does not say", () => {
  const said = new Set(program.map(({ text }) => text));
  // What is in that file, the program makes of parts.
  const written = Object.entries(files).flatMap(([path, sayings]) => (path.endsWith("/composed.json") ? [] : Object.keys(sayings)));
  expect(written.filter((english) => !said.has(english))).toEqual([]);
});

// What these are given, people read.
const TELL = /^((Fault|Problem)::\w+|hint|whole)$/;
// What only the command line says, and what is wrong with the program itself.
const UNSEEN = /^crates\/app\/src\/(cli|commands|output|main)\b|^crates\/\w+\/src\/bin\b/;

it("says every sentence about what is wrong and what to do", () => {
  const sentences = program.filter(({ path, calls, text }) => !UNSEEN.test(path) && calls.some((call) => TELL.test(call)) && /\w \w/.test(text) && !calls.some((call) => call.endsWith("::internal")));
  expect(sentences.length).toBeGreaterThan(1000);
  expect(sentences.filter(({ text }) => !(text in french)).map(({ path, line, text }) => `${path}:${line}: ${text}`)).toEqual([]);
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
  expect(say("the field `a` is of type decimal(12,2) in `x.json` and of type text in `y.json`")).toBe("le type du champ `a` diffère\u00a0: decimal(12,2) dans `x.json`, texte dans `y.json`");
  expect(say("`sums` puts rows together, so these rows alone cannot go through it")).toBe("`sums` regroupe des lignes, donc ces lignes seules ne peuvent pas y passer");
  // Lines of a log are sentences too.
  expect(say("`orders` begins for the data of 2026-11-29")).toBe("`orders` commence pour les données du 2026-11-29");
  expect(say("7310 rows are in place")).toBe("lignes en place\u00a0: 7310");
  expect(say("no file of 2026-11-27 has come for machine `SU12`")).toBe("aucun fichier du 2026-11-27 n'est arrivé pour machine `SU12`");
  // A name is no word.
  expect(translator({ "use `{}`": "utilisez `{}`", file: "fichier" })("use `file`")).toBe("utilisez `file`");
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
