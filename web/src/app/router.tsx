import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import type { QueryClient } from "@tanstack/react-query";
import { basePath } from "@/api/base";
import { queries } from "@/api/query";
import { sessionQuery } from "@/api/session";
import { lastWorkspace } from "@/lib/workspace";
import { Fault, Missing, Nowhere, Pending, Within } from "./Edges";
import { Shell } from "./shell/Shell";

// Every page and its address. Pages are loaded when somebody goes there.

const root = createRootRouteWithContext<{ queries: QueryClient }>()({ component: Outlet, notFoundComponent: Nowhere, errorComponent: Fault });

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** What stands behind `?` in an address is a page's own; what it does not know, it ignores. */
function search<T>(given: Record<string, unknown>): T {
  return given as T;
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { to?: string; problem?: string } => ({ to: text(search.to), problem: text(search.problem) }),
  component: lazyRouteComponent(() => import("@/features/sign-in/SignInPage"), "SignInPage"),
});
const setup = createRoute({ getParentRoute: () => root, path: "/setup", component: lazyRouteComponent(() => import("@/features/sign-in/SetupPage"), "SetupPage") });
const invitation = createRoute({ getParentRoute: () => root, path: "/invitation", component: lazyRouteComponent(() => import("@/features/sign-in/LinkPage"), "LinkPage") });
const password = createRoute({ getParentRoute: () => root, path: "/password", component: lazyRouteComponent(() => import("@/features/sign-in/LinkPage"), "LinkPage") });

/** Everything that only people who are signed in see. */
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  beforeLoad: async ({ location }) => {
    const session = await queries.ensureQueryData(sessionQuery);
    if (session.user) return;
    if (session.is_new) throw redirect({ to: "/setup" });
    const to = location.href === "/" ? undefined : location.href;
    throw redirect({ to: "/sign-in", search: { to } });
  },
  component: Shell,
  pendingComponent: Pending,
});

const start = createRoute({
  getParentRoute: () => inside,
  path: "/",
  beforeLoad: async () => {
    const session = await queries.ensureQueryData(sessionQuery);
    const slug = lastWorkspace(session.workspaces.map((workspace) => workspace.slug));
    if (slug) throw redirect({ to: "/w/$workspace", params: { workspace: slug } });
  },
  component: lazyRouteComponent(() => import("@/features/home/NoWorkspacePage"), "NoWorkspacePage"),
});

const workspace = createRoute({ getParentRoute: () => inside, path: "/w/$workspace", component: Within, notFoundComponent: Missing });
const home = createRoute({ getParentRoute: () => workspace, path: "/", component: lazyRouteComponent(() => import("@/features/home/HomePage"), "HomePage") });

const pagePipelines = createRoute({
  getParentRoute: () => workspace,
  path: "pipelines",
  validateSearch: search<{ search?: string; archived?: boolean; tag?: string }>,
  component: lazyRouteComponent(() => import("@/features/pipelines/PipelinesPage"), "PipelinesPage"),
});
const pagePipelinesNew = createRoute({
  getParentRoute: () => workspace,
  path: "pipelines/new",
  validateSearch: search<{ template?: string; upload?: string; sample?: string; connection?: string; settings?: Record<string, unknown> }>,
  component: lazyRouteComponent(() => import("@/features/pipelines/NewPipelinePage"), "NewPipelinePage"),
});
const pagePipelinesOnePipeline = createRoute({
  getParentRoute: () => workspace,
  path: "pipelines/$pipeline",
  validateSearch: search<{ node?: string; view?: string; version?: number }>,
  component: lazyRouteComponent(() => import("@/features/pipelines/PipelinePage"), "PipelinePage"),
});
const pageRuns = createRoute({
  getParentRoute: () => workspace,
  path: "runs",
  validateSearch: search<{ pipeline?: string; state?: string; cause?: string; from?: string; until?: string; schedule?: string; backfill?: string; sort?: string }>,
  component: lazyRouteComponent(() => import("@/features/runs/RunsPage"), "RunsPage"),
});
const pageRunsOneRun = createRoute({
  getParentRoute: () => workspace,
  path: "runs/$run",
  validateSearch: search<{ tab?: string; node?: string; level?: string; search?: string }>,
  component: lazyRouteComponent(() => import("@/features/runs/RunPage"), "RunPage"),
});
const pageSchedules = createRoute({
  getParentRoute: () => workspace,
  path: "schedules",
  validateSearch: search<{ pipeline?: string; view?: string; day?: string; schedule?: string; backfill?: string }>,
  component: lazyRouteComponent(() => import("@/features/schedules/SchedulesPage"), "SchedulesPage"),
});
const pageConnections = createRoute({
  getParentRoute: () => workspace,
  path: "connections",
  validateSearch: search<{ search?: string }>,
  component: lazyRouteComponent(() => import("@/features/connections/ConnectionsPage"), "ConnectionsPage"),
});
const pageConnectionsNew = createRoute({
  getParentRoute: () => workspace,
  path: "connections/new",
  validateSearch: search<{ connector?: string; like?: string }>,
  component: lazyRouteComponent(() => import("@/features/connections/NewConnectionPage"), "NewConnectionPage"),
});
const pageConnectionsOneConnection = createRoute({
  getParentRoute: () => workspace,
  path: "connections/$connection",
  validateSearch: search<{ tab?: string; table?: string }>,
  component: lazyRouteComponent(() => import("@/features/connections/ConnectionPage"), "ConnectionPage"),
});
const pageFiles = createRoute({
  getParentRoute: () => workspace,
  path: "files",
  validateSearch: search<{ upload?: string }>,
  component: lazyRouteComponent(() => import("@/features/files/FilesPage"), "FilesPage"),
});
const pageData = createRoute({
  getParentRoute: () => workspace,
  path: "data",
  validateSearch: search<{ connection?: string; table?: string; view?: string; where?: { column: string; is: string; value?: string }[]; sort?: string; column?: string }>,
  component: lazyRouteComponent(() => import("@/features/data/DataPage"), "DataPage"),
});
const pageSettings = createRoute({
  getParentRoute: () => workspace,
  path: "settings",
  validateSearch: search<{ tab?: string; state?: string; channel?: string; action?: string; outcome?: string; object?: string; actor?: string; from?: string; until?: string }>,
  component: lazyRouteComponent(() => import("@/features/settings/SettingsPage"), "SettingsPage"),
});
const pageSettingsOneSection = createRoute({
  getParentRoute: () => workspace,
  path: "settings/$section",
  validateSearch: search<{ tab?: string; state?: string; channel?: string; action?: string; outcome?: string; object?: string; actor?: string; from?: string; until?: string }>,
  component: lazyRouteComponent(() => import("@/features/settings/SettingsPage"), "SettingsPage"),
});
const pageServer = createRoute({
  getParentRoute: () => inside,
  path: "/server",
  component: lazyRouteComponent(() => import("@/features/server/ServerPage"), "ServerPage"),
});
const pageServerOneSection = createRoute({
  getParentRoute: () => inside,
  path: "/server/$section",
  validateSearch: search<{ search?: string; user?: string; action?: string; outcome?: string; object?: string; actor?: string; from?: string; until?: string }>,
  component: lazyRouteComponent(() => import("@/features/server/ServerPage"), "ServerPage"),
});
const pageAccount = createRoute({
  getParentRoute: () => inside,
  path: "/account",
  component: lazyRouteComponent(() => import("@/features/account/AccountPage"), "AccountPage"),
});
const pageAccountOneSection = createRoute({
  getParentRoute: () => inside,
  path: "/account/$section",
  component: lazyRouteComponent(() => import("@/features/account/AccountPage"), "AccountPage"),
});
const pageHelpOne = createRoute({
  getParentRoute: () => inside,
  path: "/help/$",
  validateSearch: search<{ search?: string }>,
  component: lazyRouteComponent(() => import("@/features/help/HelpPage"), "HelpPage"),
});

export const routeTree = root.addChildren([
  signIn,
  setup,
  invitation,
  password,
  inside.addChildren([start, workspace.addChildren([home, pagePipelines, pagePipelinesNew, pagePipelinesOnePipeline, pageRuns, pageRunsOneRun, pageSchedules, pageConnections, pageConnectionsNew, pageConnectionsOneConnection, pageFiles, pageData, pageSettings, pageSettingsOneSection]), pageServer, pageServerOneSection, pageAccount, pageAccountOneSection, pageHelpOne]),
]);

export const router = createRouter({
  routeTree,
  basepath: basePath || "/",
  context: { queries },
  defaultPreload: "intent",
  defaultPendingComponent: Pending,
  // What surrounds a page is drawn while the page is still on its way, and the page as soon as it is there.
  defaultPendingMs: 100,
  defaultPendingMinMs: 0,
  defaultErrorComponent: Fault,
  defaultNotFoundComponent: Missing,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
