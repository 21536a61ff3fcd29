import { expect, it } from "vitest";
import { sortOf } from "./egress";

it.each([
  ["db.internal", "name"],
  ["db.internal:5432", "name"],
  ["localhost", "name"],
  ["10.1.0.0/16", "network"],
  ["fd00::/8", "network"],
  ["10.0.0.5", "address"],
  ["10.0.0.5:5432", "address"],
  ["[fd00::5]:5432", "address"],
  ["::1", "address"],
  ["/var/run/postgresql", "sockets"],
  ["10.0.0.0/33", undefined],
  ["10.0.0.256", undefined],
  ["db.internal:99999", undefined],
  ["http://db.internal", undefined],
  ["two words", undefined],
  ["*.internal", undefined],
  ["/", undefined],
])("%s", (entry, sort) => {
  expect(sortOf(entry)).toBe(sort);
});
