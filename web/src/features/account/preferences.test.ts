import { expect, it } from "vitest";
import { NOTICE_KINDS } from "@/lib/notices";
import { toggled, wanted } from "./preferences";

it("begins with everything in the pages and nothing by mail", () => {
  expect(wanted({}, "in_app")).toEqual(NOTICE_KINDS);
  expect(wanted({}, "mail")).toEqual([]);
});

it("keeps only what is not as usual, and the rest of what was chosen", () => {
  const less = toggled({ language: "fr" }, "in_app", "drift");
  expect(less.in_app).toEqual(NOTICE_KINDS.filter((kind) => kind !== "drift"));
  expect(toggled(less, "in_app", "drift")).toEqual({ language: "fr" });
  const mail = toggled(toggled({}, "mail", "volume"), "mail", "run_failed");
  expect(mail).toEqual({ mail: ["run_failed", "volume"] });
  expect(toggled(toggled(mail, "mail", "volume"), "mail", "run_failed")).toEqual({});
});
