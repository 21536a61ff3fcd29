/** Adds French to the library; it exports nothing of use. */
declare module "cronstrue/locales/fr";
