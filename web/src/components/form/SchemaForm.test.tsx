import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it } from "vitest";
import type { Finding } from "@/api/problem";
import { SchemaForm } from "./SchemaForm";
import type { Schema } from "./schema";

const schema: Schema = {
  type: "object",
  required: ["user"],
  properties: {
    user: { type: "string", description: "Name of the account. More about it." },
    port: { type: "integer", default: 5432 },
    rate: { type: "number" },
    password: { type: ["string", "null"], "x-secret": true },
    tls: { $ref: "#/$defs/Tls", default: "prefer" },
    columns: { type: "array", items: { type: "string" } },
    key: { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }, { type: "null" }] },
    proxy: { anyOf: [{ $ref: "#/$defs/Proxy" }, { type: "null" }] },
  },
  $defs: {
    Tls: { oneOf: [{ type: "string", const: "disable", description: "Never encrypts." }, { type: "string", const: "prefer" }] },
    Proxy: { type: "object", required: ["host"], properties: { host: { type: "string" } } },
  },
};

let value: Record<string, unknown> = {};
function Host({ first = {}, problems, kept, schema: of = schema }: { first?: Record<string, unknown>; problems?: Finding[]; kept?: string[]; schema?: Schema }) {
  const [now, setNow] = useState(first);
  const keep = (next: Record<string, unknown>) => {
    value = next;
    setNow(next);
  };
  return <SchemaForm schema={of} value={now} onChange={keep} problems={problems} kept={kept} />;
}

describe("a form made from a schema", () => {
  it("writes values of their types, and takes empty ones away", async () => {
    render(<Host />);
    await userEvent.type(screen.getByLabelText(/User/), "reader");
    await userEvent.type(screen.getByLabelText("Port"), "5433");
    expect(value).toEqual({ user: "reader", port: 5433 });
    await userEvent.clear(screen.getByLabelText("Port"));
    expect(value).toEqual({ user: "reader" });
  });

  it("keeps references where numbers belong", async () => {
    render(<Host first={{ port: "${params.port}" }} />);
    expect(screen.getByLabelText<HTMLInputElement>("Port").value).toBe("${params.port}");
  });

  it("keeps numbers as they are typed, and hands on as text what is none", async () => {
    render(<Host />);
    const field = screen.getByLabelText<HTMLInputElement>("Rate");
    await userEvent.type(field, "0.05");
    expect([field.value, value]).toEqual(["0.05", { rate: 0.05 }]);
    await userEvent.clear(field);
    await userEvent.type(field, "1.0x");
    expect([field.value, value, field.getAttribute("aria-invalid")]).toEqual(["1.0x", { rate: "1.0x" }, "true"]);
    await userEvent.clear(field);
    await userEvent.type(field, "${{params.rate}");
    expect([value, field.getAttribute("aria-invalid"), document.activeElement]).toEqual([{ rate: "${params.rate}" }, "false", field]);
  });

  it("offers the values of a choice, and what stands for none", async () => {
    render(<Host />);
    await userEvent.click(screen.getByLabelText("TLS"));
    await userEvent.click(screen.getByRole("option", { name: /disable/ }));
    expect(value).toEqual({ tls: "disable" });
  });

  it("takes one word or several in one field, also when nobody pressed Enter", async () => {
    render(<Host first={{ key: "id" }} />);
    await userEvent.type(screen.getByLabelText("Key"), "line");
    await userEvent.tab();
    expect(value).toEqual({ key: ["id", "line"] });
    expect(screen.getByLabelText<HTMLInputElement>("Key").value).toBe("");
    await userEvent.type(screen.getByLabelText("Key"), "{Backspace}");
    expect(value).toEqual({ key: "id" });
    await userEvent.type(screen.getByLabelText("Key"), "{Backspace}");
    expect(value).toEqual({});
  });

  it("keeps fields that are unfolded where they are while somebody types", async () => {
    const folding: Schema = { type: "object", properties: { host: { type: "string" }, retries: { type: "string", "x-advanced": true }, timeout: { type: "string", "x-advanced": true } } };
    render(<Host schema={folding} first={{ timeout: "5" }} />);
    // It is shown since it has a value, also while that is typed anew.
    await userEvent.type(screen.getByLabelText("Timeout"), "{Backspace}30");
    const more = screen.getByRole("button", { name: "More settings" });
    await userEvent.click(more);
    expect(document.activeElement).toBe(more);
    await userEvent.tab();
    await userEvent.keyboard("12");
    expect(value).toEqual({ timeout: "30", retries: "12" });
  });

  it("says what is wrong at the field", () => {
    render(<Host problems={[{ path: "/user", message: "must not be empty" }]} />);
    expect(screen.getByText("Must not be empty")).toBeTruthy();
    expect(screen.getByLabelText(/User/).getAttribute("aria-invalid")).toBe("true");
  });

  it("does not ask again for a secret that is kept, and never shows one", () => {
    render(<Host kept={["/password"]} />);
    const field = screen.getByLabelText<HTMLInputElement>("Password");
    expect(field.type).toBe("password");
    expect(screen.getByText(/Leave empty to keep it/)).toBeTruthy();
  });

  it("adds and removes a group of settings as a whole", async () => {
    render(<Host />);
    const group = screen.getByRole("group", { name: "Proxy" });
    await userEvent.click(group.querySelector("button") as HTMLElement);
    expect(value).toEqual({ proxy: { host: "" } });
    await userEvent.type(screen.getByLabelText(/Host/), "gate");
    expect(value).toEqual({ proxy: { host: "gate" } });
    await userEvent.click(screen.getByRole("button", { name: "Remove" }));
    expect(value).toEqual({});
  });

  it("says what a setting is for once, and draws names as code", () => {
    const problems = [{ code: "config", path: "/user", message: "`user` is missing", hint: "Name of the account." }] as unknown as Finding[];
    render(<Host problems={problems} />);
    const help = document.getElementById(screen.getByLabelText(/User/).getAttribute("aria-describedby") ?? "");
    expect(help?.textContent).toMatch(/^user is missingName of the account\. /);
    expect(help?.querySelector("code")?.textContent).toBe("user");
  });
});
