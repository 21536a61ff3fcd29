import { createMemoryHistory, createRootRoute, createRoute, createRouter, Link, Outlet, RouterProvider } from "@tanstack/react-router";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it } from "vitest";
import { useChanged } from "@/lib/useChanged";
import { ConfirmProvider } from "./Confirm";
import { FormDialog } from "./FormDialog";
import { hasUnsaved, useLeaveGuard } from "./useLeaveGuard";

function Form() {
  const [text, setText] = useState("");
  const guarded = useLeaveGuard(text !== "");
  return (
    <>
      <input aria-label="Text" value={text} onChange={(event) => setText(event.target.value)} />
      <button type="button" onClick={() => guarded(() => setText(""))}>Discard</button>
    </>
  );
}

function Dialog() {
  const [isOpen, setIsOpen] = useState(true);
  const [name, setName] = useState("");
  const changed = useChanged(name);
  return isOpen && (
    <FormDialog title="A key" submit="Make" changed={changed} onClose={() => setIsOpen(false)}>
      <input aria-label="Name" value={name} onChange={(event) => setName(event.target.value)} />
    </FormDialog>
  );
}

async function at(page: () => React.ReactNode) {
  const root = createRootRoute({ component: Outlet });
  const one = createRoute({ getParentRoute: () => root, path: "/setup", validateSearch: (search: Record<string, unknown>) => search, component: () => (
    <ConfirmProvider>
      {page()}
      <Link to="/invitation">Elsewhere</Link>
      <Link to="/setup" search={{ tab: "uses" } as never}>Tab</Link>
      <Link to="/setup" search={{ node: "a" } as never}>Node</Link>
    </ConfirmProvider>
  ) });
  const two = createRoute({ getParentRoute: () => root, path: "/invitation", component: () => <p>Two</p> });
  const router = createRouter({ routeTree: root.addChildren([one, two]), history: createMemoryHistory({ initialEntries: ["/setup"] }) });
  render(<RouterProvider router={router as never} />);
  await screen.findByText("Elsewhere");
  return router;
}

const question = () => screen.queryByText("Leave without saving?");
const answer = async (name: string) => {
  await userEvent.click(await screen.findByRole("button", { name }));
  await waitFor(() => expect(question()).toBe(null));
};

it("asks before a page or a tab is left on which something is typed, and only then", async () => {
  const router = await at(() => <Form />);
  await userEvent.type(screen.getByLabelText("Text"), "abc");
  await userEvent.click(screen.getByText("Node"));
  await waitFor(() => expect(router.state.location.search).toEqual({ node: "a" }));
  expect(question()).toBe(null);
  for (const link of ["Elsewhere", "Tab"]) {
    await userEvent.click(screen.getByText(link));
    await answer("Cancel");
    expect([router.state.location.pathname, router.state.location.search]).toEqual(["/setup", { node: "a" }]);
  }
  expect(screen.getByLabelText<HTMLInputElement>("Text").value).toBe("abc");
  await userEvent.click(screen.getByText("Tab"));
  await answer("Leave");
  await waitFor(() => expect(router.state.location.search).toEqual({ tab: "uses" }));
});

it("asks before what is typed is discarded", async () => {
  await at(() => <Form />);
  await userEvent.type(screen.getByLabelText("Text"), "abc");
  expect(hasUnsaved()).toBe(true);
  await userEvent.click(screen.getByText("Discard"));
  await answer("Cancel");
  expect(screen.getByLabelText<HTMLInputElement>("Text").value).toBe("abc");
  await userEvent.click(screen.getByText("Discard"));
  await answer("Leave");
  expect(screen.getByLabelText<HTMLInputElement>("Text").value).toBe("");
  expect(hasUnsaved()).toBe(false);
});

it("keeps a dialog with something typed on Escape, and closes an empty one", async () => {
  await at(() => <Dialog />);
  await userEvent.type(screen.getByLabelText("Name"), "ci");
  await userEvent.keyboard("{Escape}");
  await answer("Cancel");
  expect(screen.getByLabelText<HTMLInputElement>("Name").value).toBe("ci");
  await userEvent.clear(screen.getByLabelText("Name"));
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByLabelText("Name")).toBe(null));
});
