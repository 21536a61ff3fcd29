import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import type { Api } from "@/api/client";
import { open } from "@/components/testing/page";
import { free } from "@/lib/free";
import { answer, askedOf, refusal } from "@/lib/testing/server";
import { aConnection } from "@/lib/testing/things";
import { SettingsTab } from "./SettingsTab";

const schema = { type: "object", properties: { host: { type: "string", title: "Host" }, port: { type: "integer", title: "Port" }, database: { type: "string", title: "Database" } }, required: ["host"] };
const type: Api<"NodeTypeView"> = { name: "postgres", kind: "connector", title: "PostgreSQL", summary: "", icon: "", docs: "", examples: [], schemas: free({ connection: schema }) };
const connection: Api<"ConnectionView"> = { ...aConnection({ settings: free({ host: "db", port: 5432 }) }), secrets: [], used_by: [] };
const show = () => open({ route: "/inside/w/$workspace/connections/$connection", page: () => <SettingsTab connection={connection} etag={'"1"'} type={type} error={null} onRetry={() => undefined} />, at: "/w/shop/connections/erp" });

it("shows what the server refuses at its field, and goes there", async () => {
  const user = userEvent.setup();
  answer({ update_connections: refusal(422, "the settings are not valid", { problems: [{ path: "/settings/host", message: "there is no such host" }, { path: "/name", message: "a name has no spaces" }] }) });
  show();
  const host = await screen.findByLabelText(/^Host/);
  await user.clear(host);
  await user.type(host, "nowhere");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText(/there is no such host/i)).toBeTruthy();
  expect(host.getAttribute("aria-invalid")).toBe("true");
  expect(screen.getByText(/a name has no spaces/i)).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByLabelText(/^Name/));
  expect(askedOf("update_connections")).toMatchObject([{ path: { connection: "cn_erp" }, body: { settings: { host: "nowhere", port: 5432 } } }]);
  expect(askedOf("update_connections")[0]?.header.get("if-match")).toBe('"1"');
});
