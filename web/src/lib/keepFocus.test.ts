import { waitFor } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { keepFocus } from "./keepFocus";

const page = (html: string) => {
  document.body.innerHTML = html;
  return [...document.querySelectorAll("button")] as [HTMLButtonElement, HTMLButtonElement];
};
/** What a browser does with a button that takes no focus any more. */
const busy = (button: HTMLButtonElement, is: boolean) => {
  if (is) button.blur();
  button.disabled = is;
};
let end: () => void = () => undefined;
afterEach(() => end());

it("gives the focus back to a button that was busy", async () => {
  end = keepFocus(document);
  const [save] = page("<button>Save</button><button>Test</button>");
  save.focus();
  busy(save, true);
  expect(document.activeElement).toBe(document.body);
  busy(save, false);
  await waitFor(() => expect(document.activeElement).toBe(save));
});

it("takes it back from the dialog around the button", async () => {
  end = keepFocus(document);
  const [save] = page('<div role="dialog" tabindex="-1"><button>Save</button></div>');
  save.focus();
  busy(save, true);
  document.querySelector("div")?.focus();
  busy(save, false);
  await waitFor(() => expect(document.activeElement).toBe(save));
});

it("leaves the focus where it went meanwhile", () => {
  end = keepFocus(document);
  const [save, test] = page("<button>Save</button><button>Test</button>");
  save.focus();
  busy(save, true);
  test.focus();
  busy(save, false);
  expect(document.activeElement).toBe(test);
});
