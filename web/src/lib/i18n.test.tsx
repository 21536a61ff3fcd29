import { render, screen } from "@testing-library/react";
import { useTranslation } from "react-i18next";
import { afterEach, expect, it, vi } from "vitest";
import { setLanguage } from "./i18n";
import { say } from "./sayings";

// As on a slow line: the sentences come when the page has long been drawn.
const { come } = vi.hoisted(() => ({ come: { now: () => {} } }));
vi.mock("../locales/fr/sayings/composed.json", async () => {
  await new Promise<void>((resolve) => {
    come.now = resolve;
  });
  return { default: { "the lock of the attic is stuck": "la serrure du grenier est bloquée" } };
});

function Trouble() {
  useTranslation();
  return <p>{say("the lock of the attic is stuck")}</p>;
}

afterEach(() => setLanguage("en"));

it("says what is wrong in the language of the page as soon as its sentences have come", async () => {
  await setLanguage("fr");
  render(<Trouble />);
  expect(screen.getByText("the lock of the attic is stuck")).toBeTruthy();
  come.now();
  expect(await screen.findByText("la serrure du grenier est bloquée")).toBeTruthy();
});
