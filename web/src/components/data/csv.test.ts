import { expect, it } from "vitest";
import { csv } from "./csv";

it("quotes what needs it, and tells empty text from nothing", () => {
  expect(csv([{ name: "a,b" }, { name: "c" }], [['say "hi"', null], ["", "x\ny"], [1.5, true], ["1;2", " x"]])).toBe('"a,b",c\r\n"say ""hi""",\r\n"","x\ny"\r\n1.5,true\r\n"1;2"," x"\r\n');
});

// The same values as the server's test (crates/api/src/sheet.rs), so that both keep one rule.
it("lets no value be taken for a formula", () => {
  const values = ["=1+1", "+SUM(A1)", "@x", "-cmd", "-12,50", "-1e-7", "+33612", "plain", 'a "b", c', '="x",1', "-", null, ""];
  const columns = values.map(() => ({ name: "n" }));
  const [, line] = csv(columns, [values]).split("\r\n");
  expect(line).toBe('\'=1+1,\'+SUM(A1),\'@x,\'-cmd,"-12,50",-1e-7,+33612,plain,"a ""b"", c","\'=""x"",1",\'-,,""');
  expect(csv([{ name: "=cmd()" }], [[-1.5], ["\t=1"]])).toBe("'=cmd()\r\n-1.5\r\n\"'\t=1\"\r\n");
});
