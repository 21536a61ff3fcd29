import { expect, it } from "vitest";
import type { Kind } from "../model/kinds";
import { type Choice, sought } from "./choices";

const choice = (name: string, title: string, detail: string) => ({ id: name, kind: { name, role: "transform" } as Kind, title, detail, group: "shape" }) as Choice;
const all = [choice("limit", "Limiter", "Garde les premières lignes d'un agrégat."), choice("aggregate", "Agréger", "Une ligne par groupe.")];
const namesOf = (words: string) => sought(all, words).map(({ id }) => id);

it("finds kinds of nodes without accents and capitals, those that are called so first", () => {
  expect(namesOf("AGREG")).toEqual(["aggregate", "limit"]);
  expect(namesOf("premieres lignes")).toEqual(["limit"]);
  expect(namesOf("aggregate")).toEqual(["aggregate"]);
});
