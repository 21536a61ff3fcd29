import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeAll, expect } from "vitest";
import { queries } from "@/api/query";
import { startI18n } from "../i18n";
import { endOfTest, fetchOfTest } from "./server";

// Before the client is made, which keeps the function that it finds.
globalThis.fetch = fetchOfTest;

// A machine with much to do is slow, and nothing is wrong with that.
configure({ asyncUtilTimeout: 8000 });

beforeAll(startI18n);
afterEach(() => {
  cleanup();
  queries.clear();
  localStorage.clear();
  expect(endOfTest(), "requests that the test did not foresee").toEqual([]);
});
