import { afterEach, beforeEach } from "vitest";

/** Gives what is drawn a height, for lists that draw only what is in view; pages of tests have none. */
export function withHeights(heightOf: (element: HTMLElement) => number): void {
  const names = ["offsetHeight", "clientHeight"] as const;
  const before = names.map((name) => Object.getOwnPropertyDescriptor(HTMLElement.prototype, name));
  beforeEach(() => names.forEach((name) => Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get(this: HTMLElement) { return heightOf(this); } })));
  afterEach(() => names.forEach((name, at) => {
    const own = before[at];
    if (own) Object.defineProperty(HTMLElement.prototype, name, own);
    else Reflect.deleteProperty(HTMLElement.prototype, name);
  }));
}
