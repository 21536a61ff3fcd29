import js from "@eslint/js";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import typescript from "typescript-eslint";

/** Code flows one way: lib and api → components → features → app. Features do not import each other. */
const border = (name, message) => ({ group: [`@/${name}`, `@/${name}/**`], message });
const layer = (files, patterns) => ({ files, rules: { "no-restricted-imports": ["error", { patterns }] } });

export default typescript.config(
  { ignores: ["dist", "node_modules", "src/api/schema.ts"] },
  js.configs.recommended,
  ...typescript.configs.strict,
  a11y.flatConfigs.recommended,
  hooks.configs.flat.recommended,
  {
    rules: {
      "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
      "no-console": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^_", argsIgnorePattern: "^_" }],
      // Pages and dialogs that are one form begin in their first field.
      "jsx-a11y/no-autofocus": "off",
      // The virtual lists are not memoised by the compiler; they are drawn anew on purpose.
      "react-hooks/incompatible-library": "off",
      // What scrolls must be reachable by keyboard.
      "jsx-a11y/no-noninteractive-tabindex": "off",
    },
  },
  { files: ["tools/**", "tests/**", "*.js"], languageOptions: { globals: { console: "readonly", process: "readonly", URL: "readonly", document: "readonly", fetch: "readonly", globalThis: "readonly", performance: "readonly", Buffer: "readonly", URLSearchParams: "readonly" } }, rules: { "no-console": "off" } },
  // Parts of these are carried out in the page.
  { files: ["tests/**"], languageOptions: { globals: { requestAnimationFrame: "readonly", getComputedStyle: "readonly", navigator: "readonly", caches: "readonly" } } },
  { files: ["public/**"], languageOptions: { globals: { document: "readonly", localStorage: "readonly", matchMedia: "readonly", self: "readonly", caches: "readonly", fetch: "readonly", URL: "readonly", Response: "readonly", Promise: "readonly" } } },
  layer(["src/lib/**", "src/api/**"], [
    border("components", "lib and api know no components"),
    border("features", "lib and api know no features"),
    border("app", "lib and api know no app"),
  ]),
  layer(["src/components/**"], [border("features", "components know no features"), border("app", "components know no app")]),
  layer(["src/features/**"], [
    border("app", "features know no app"),
    border("features", "features do not know each other; their own files are imported by relative paths"),
  ]),
);
