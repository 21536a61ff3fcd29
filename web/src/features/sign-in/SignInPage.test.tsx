import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { queries } from "@/api/query";
import { sessionQuery } from "@/api/session";
import { open } from "@/components/testing/page";
import { answer, askedOf, refusal } from "@/lib/testing/server";
import { aSession } from "@/lib/testing/things";
import { SignInPage } from "./SignInPage";

const show = (to: string) => open({ route: "/sign-in", page: SignInPage, at: `/sign-in?to=${encodeURIComponent(to)}` });

it("asks for the second factor when the account has one, and then goes where one wanted to", async () => {
  const user = userEvent.setup();
  answer({ list_providers: { items: [] }, sign_in_session: ({ body }) => (!body.code ? refusal(401, "a code is needed", { code: "second_factor" }) : body.code === "123456" ? aSession() : refusal(401, "the code is wrong", { code: "second_factor" })) });
  const { address } = show("/w/shop/runs");
  await user.type(await screen.findByLabelText(/^E-mail address/), " ann@example.com ");
  await user.type(screen.getByLabelText(/^Password/), "a long password{Enter}");
  const code = await screen.findByLabelText(/^Code of your authenticator/);
  expect(document.activeElement).toBe(code);
  expect(screen.getByRole("alert").textContent).toContain("This account has a second factor");
  await user.type(code, "000000{Enter}");
  expect(await screen.findByText("The code is wrong")).toBeTruthy();
  await user.clear(code);
  await user.type(code, "123456{Enter}");
  await waitFor(() => expect(address()).toBe("/w/shop/runs"));
  expect(askedOf("sign_in_session").map(({ body }) => body)).toEqual([{ email: "ann@example.com", password: "a long password" }, { email: "ann@example.com", password: "a long password", code: "000000" }, { email: "ann@example.com", password: "a long password", code: "123456" }]);
  expect(queries.getQueryData(sessionQuery.queryKey)?.user?.name).toBe("Ann");
});

it("says that name or password is wrong without asking for a code, and follows no address of others", async () => {
  const user = userEvent.setup();
  answer({ list_providers: { items: [] }, sign_in_session: ({ body }) => (body.password === "right" ? aSession() : refusal(401, "e-mail address or password is wrong", { code: "wrong_credentials" })) });
  const { address } = show("//evil.example");
  await user.type(await screen.findByLabelText(/^E-mail address/), "ann@example.com");
  await user.type(screen.getByLabelText(/^Password/), "wrong{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("E-mail address or password is wrong");
  expect(screen.queryByLabelText(/^Code/)).toBeNull();
  await user.clear(screen.getByLabelText(/^Password/));
  await user.type(screen.getByLabelText(/^Password/), "right{Enter}");
  await waitFor(() => expect(address()).toBe("/"));
});

it("asks for what was left empty, and not the server whether nothing is right", async () => {
  const user = userEvent.setup();
  answer({ list_providers: { items: [] } });
  show("/");
  const [email, password] = [await screen.findByLabelText(/^E-mail address/), screen.getByLabelText(/^Password/)];
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  expect(screen.getByText("Enter your address.")).toBeTruthy();
  expect(document.activeElement).toBe(email);
  await user.type(email, "ann@example.com{Enter}");
  expect(screen.getByText("Enter your password.")).toBeTruthy();
  expect(document.activeElement).toBe(password);
});
