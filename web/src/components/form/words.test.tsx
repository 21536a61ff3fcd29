import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it } from "vitest";
import { setLanguage } from "@/lib/i18n";
import { loadServerWords } from "@/lib/serverWords";
import { SchemaForm } from "./SchemaForm";

afterEach(() => setLanguage("en"));

it("shows settings and their values in the language of the page, with what documents say", async () => {
  await Promise.all([setLanguage("fr"), loadServerWords("fr")]);
  const schema = { type: "object", properties: { mode: { enum: ["append", "upsert"], default: "append", description: "How rows land." }, odd_name: { type: "string" } } };
  render(<SchemaForm schema={schema} value={{}} onChange={() => undefined} />);
  await userEvent.click(screen.getByLabelText("Mode d'écriture"));
  expect(screen.getByRole("option", { name: "ajouter ou mettre à jour (upsert)" })).toBeTruthy();
  expect(screen.getByText(/Comment les lignes sont écrites\./)).toBeTruthy();
  expect(screen.getByText("mode").tagName).toBe("CODE");
  // What has no words yet is made of its name, as in English.
  expect(screen.getByLabelText("Odd name")).toBeTruthy();
});
