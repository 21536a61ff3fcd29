import { QueryClientProvider } from "@tanstack/react-query";
import { type AnyRoute, createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { queries } from "@/api/query";
import { sessionQuery } from "@/api/session";
import type { Role } from "@/lib/rights";
import { aSession } from "@/lib/testing/things";
import { ConfirmProvider } from "../Confirm";
import { ToastProvider } from "../Toasts";

interface Options {
  /** Where it stands among the addresses, as the router of the pages names it: `/inside/w/$workspace/runs`. */
  route: string;
  page: () => ReactNode;
  /** The address that is open. */
  at: string;
  /** The role of the reader in the workspace. */
  role?: Role;
}

/** Opens a page by its address, for somebody who is signed in. Other addresses are there, and empty. */
export function open({ route, page, at, role = "owner" }: Options) {
  queries.setQueryData(sessionQuery.queryKey, aSession(role));
  const root = createRootRoute({ component: Outlet });
  const inside = createRoute({ getParentRoute: () => root, id: "inside", component: Outlet });
  const workspace = createRoute({ getParentRoute: () => inside, path: "/w/$workspace", component: Outlet });
  const parent: AnyRoute = route.startsWith("/inside/w/$workspace") ? workspace : route.startsWith("/inside") ? inside : root;
  const own = createRoute({ getParentRoute: () => parent, path: route.replace(/^\/inside(\/w\/\$workspace)?/, "") || "/", component: page, validateSearch: (given: Record<string, unknown>) => given });
  const elsewhere = createRoute({ getParentRoute: () => root, path: "$", component: () => null });
  const below = (place: AnyRoute) => (place === parent ? [own] : []);
  const router = createRouter({ routeTree: root.addChildren([...below(root), elsewhere, inside.addChildren([...below(inside), workspace.addChildren(below(workspace))])]), history: createMemoryHistory({ initialEntries: [at] }) });
  render(
    <QueryClientProvider client={queries}>
      <RouterProvider router={router as never} InnerWrap={Around} />
    </QueryClientProvider>,
  );
  return { address: () => router.state.location.href };
}

function Around({ children }: { children: ReactNode }) {
  return (
    <ToastProvider>
      <ConfirmProvider>{children}</ConfirmProvider>
    </ToastProvider>
  );
}
