import i18next, { type ResourceLanguage } from "i18next";
import { initReactI18next } from "react-i18next";
import { addSayings, type Sayings, setSayingsLanguage } from "./sayings";
import { typeset } from "./typeset";

export const LANGUAGES = { en: "English", fr: "Français" } as const;
export type Language = keyof typeof LANGUAGES;

const STORED = "towpath-language";
// One file per language and feature: locales/en/runs.json. A language is loaded when it is chosen.
const files = import.meta.glob<ResourceLanguage>("../locales/*/*.json", { import: "default" });
// What the server says about faults, in languages other than its own.
const sayings = import.meta.glob<Sayings>("../locales/*/sayings/*.json", { import: "default" });

async function load(language: Language): Promise<void> {
  if (i18next.hasResourceBundle(language, "common")) return;
  const wanted = Object.entries(files).filter(([path]) => path.includes(`/${language}/`));
  await Promise.all(
    wanted.map(async ([path, read]) => {
      const namespace = path.split("/").at(-1)?.replace(".json", "") ?? "common";
      i18next.addResourceBundle(language, namespace, typeset(await read(), language));
    }),
  );
}

/** The language a page begins with: what was chosen here before, or what the browser wants. */
export function firstLanguage(): Language {
  const stored = localStorage.getItem(STORED);
  const wanted = stored ?? navigator.language.slice(0, 2);
  return wanted === "fr" ? "fr" : "en";
}

/** Without these sentences a page is still of use: then they stay English. What was drawn before they came is drawn again. */
async function loadSayings(language: Language): Promise<void> {
  const wanted = Object.entries(sayings).filter(([path]) => path.includes(`/${language}/`));
  await Promise.all(wanted.map(async ([, read]) => addSayings(language, await read().catch(() => ({})))));
  if (wanted.length > 0 && i18next.language === language) i18next.emit("languageChanged", language);
}

export async function setLanguage(language: Language): Promise<void> {
  // No page waits for them: when something is wrong they have long been there.
  void loadSayings(language);
  await load(language);
  setSayingsLanguage(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  localStorage.setItem(STORED, language);
}

export function currentLanguage(): Language {
  return i18next.language === "fr" ? "fr" : "en";
}

/** The language as it is written where the reader is, as far as the browser says: in Britain a day has 24 hours. */
export function currentLocale(): string {
  const language = currentLanguage();
  return navigator.languages.find((one) => one.split("-")[0] === language) ?? language;
}

export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: {},
    fallbackLng: false,
    defaultNS: "common",
    interpolation: { escapeValue: false },
    returnNull: false,
    showSupportNotice: false,
  });
  await setLanguage(firstLanguage());
}
