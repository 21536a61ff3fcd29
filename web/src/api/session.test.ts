import { afterEach, beforeEach, expect, it } from "vitest";
import { answer, refusal } from "@/lib/testing/server";
import { signOut } from "./session";

beforeEach(() => {
  localStorage.setItem("towpath-queries/shop/db", "{}");
  localStorage.setItem("towpath-recent/shop", "[]");
  localStorage.setItem("towpath-language", "fr");
  sessionStorage.setItem("towpath-draft/shop/db", "{}");
});
afterEach(() => { localStorage.clear(); sessionStorage.clear(); });

const left = () => [...Object.keys(localStorage), ...Object.keys(sessionStorage)];

it("takes what it keeps of a person out of the browser", async () => {
  answer({ sign_out_session: undefined });
  await signOut();
  expect(left()).toEqual(["towpath-language"]);
});

it("takes it out also when the server cannot be asked", async () => {
  answer({ sign_out_session: refusal(500, "the store does not answer") });
  await expect(signOut()).rejects.toThrow();
  expect(left()).toEqual(["towpath-language"]);
});
