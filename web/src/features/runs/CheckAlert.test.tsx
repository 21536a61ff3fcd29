import { render, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { setLanguage } from "@/lib/i18n";
import { CheckAlert } from "./CheckAlert";
import type { Check } from "./requests";

const aCheck = (more: Partial<Check>): Check => ({ expectation: "`id` is unique", severity: "fail", outcome: "held", checked: 6, failures: 0, ...more });
const said = (more: Partial<Check>) => {
  const { unmount } = render(<CheckAlert check={aCheck(more)} />);
  const text = screen.getByRole("alert").textContent;
  unmount();
  return text;
};

afterEach(() => setLanguage("en"));

describe("an expectation", () => {
  it("holds for rows, and is open when not all were seen", () => {
    expect(said({})).toBe("id is unique: holds for all 6 rows");
    expect(said({ outcome: "unfinished" })).toBe("id is unique: not all rows were seen");
  });

  it("says how many rows break it, and which", () => {
    const samples: Check["samples"] = [{ place: "row 5", values: [["name", "dora"], ["city", null]] }];
    expect(said({ outcome: "broken", failures: 2, samples })).toBe("id is unique: 2 of 6 rows break itrow 5: name = dora, city = no value");
  });

  it("says what was found instead, where it is about all rows together", async () => {
    const broken = { expectation: "at least 10 rows", outcome: "broken", failures: 1, finding: "6 rows came" } as const;
    expect(said(broken)).toBe("at least 10 rows: 6 rows came");
    await setLanguage("fr");
    await waitFor(() => expect(said(broken)).toBe("au moins 10 lignes\u00a0: 6 lignes sont arrivées"));
  });
});
