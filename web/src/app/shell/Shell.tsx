import Alert from "@mui/material/Alert";
import AppBar from "@mui/material/AppBar";
import Box from "@mui/material/Box";
import Drawer from "@mui/material/Drawer";
import IconButton from "@mui/material/IconButton";
import Toolbar from "@mui/material/Toolbar";
import Typography from "@mui/material/Typography";
import useMediaQuery from "@mui/material/useMediaQuery";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useParams, useRouterState } from "@tanstack/react-router";
import { Menu as MenuIcon } from "lucide-react";
import { useDeferredValue, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { onSignedOut } from "@/api/client";
import { queries } from "@/api/query";
import { sessionQuery } from "@/api/session";
import { lastWorkspace, rememberWorkspace } from "@/lib/workspace";
import { AccountMenu } from "./AccountMenu";
import { Bell } from "./Bell";
import { HelpButton } from "./HelpButton";
import { LiveMark } from "./LiveMark";
import { Navigation } from "./Navigation";
import { SearchButton } from "./Search";
import { useLiveRefresh } from "./useLiveRefresh";

const WIDTH = 216;

/** The frame of every page: where one is, where one can go, what happened. */
export function Shell() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const wide = useMediaQuery("(min-width: 900px)");
  // The menu is open on the page where it was opened: whoever goes elsewhere leaves it.
  const [openAt, setOpenAt] = useState<string | null>(null);
  const { workspace: addressed } = useParams({ strict: false });
  const path = useRouterState({ select: (state) => state.location.pathname });
  const open = openAt === path;
  const { data: session } = useQuery(sessionQuery);
  // Pages of the server and of one's account are in no workspace, and one may be addressed that is not there: the way back leads to the last one.
  const slugs = session?.workspaces.map((one) => one.slug) ?? [];
  const workspace = addressed && slugs.includes(addressed) ? addressed : lastWorkspace(slugs);
  useLiveRefresh(workspace);

  useEffect(() => {
    if (addressed) rememberWorkspace(addressed);
  }, [addressed]);
  useEffect(
    () =>
      onSignedOut(() => {
        queries.removeQueries({ queryKey: sessionQuery.queryKey });
        void navigate({ to: "/sign-in", search: { to: path, problem: "ended" } });
      }),
    [navigate, path],
  );
  // The page itself is drawn first; what stands around it follows step by step, between what people do.
  const isDue = useDeferredValue(true, false);
  if (!session?.user) return null;

  return (
    <Box sx={{ display: "flex", minHeight: "100dvh" }}>
      <Box component="a" href={`${path}#main`} onClick={(event) => { event.preventDefault(); document.getElementById("main")?.focus(); }} sx={{ position: "absolute", left: -9999, zIndex: 2000, p: 1, bgcolor: "background.paper", "&:focus": { left: 8, top: 8 } }}>
        {t("skip")}
      </Box>
      <AppBar position="fixed" color="default" elevation={0} sx={{ bgcolor: "background.paper", borderBottom: 1, borderColor: "divider", zIndex: (theme) => theme.zIndex.drawer + 1 }}>
        <Toolbar variant="dense" sx={{ gap: { xs: 0.25, sm: 1 }, minHeight: 52 }}>
          {!wide && <IconButton edge="start" aria-label={t("menu")} aria-expanded={open} onClick={() => setOpenAt(path)}><MenuIcon size={20} /></IconButton>}
          <Box component={Link} to="/" aria-label="Towpath" sx={{ display: "flex", alignItems: "center", gap: 1, color: "text.primary", textDecoration: "none", mr: 1 }}>
            <img src="icon.svg" width={26} height={26} alt="" />
            <Typography component="span" sx={{ fontWeight: 700, letterSpacing: "-0.01em", display: { xs: "none", sm: "inline" } }}>Towpath</Typography>
          </Box>
          <Box sx={{ flex: 1 }} />
          <SearchButton workspace={workspace} isDrawn={isDue} />
          {isDue && (
            <>
              <HelpButton />
              <Bell />
              <AccountMenu user={session.user} />
            </>
          )}
        </Toolbar>
      </AppBar>
      <Drawer variant={wide ? "permanent" : "temporary"} open={wide || open} onClose={() => setOpenAt(null)} sx={{ width: wide ? WIDTH : undefined, flexShrink: 0, "& .MuiDrawer-paper": { width: WIDTH, boxSizing: "border-box", borderColor: "divider" } }}>
        <Toolbar variant="dense" sx={{ minHeight: 52 }} />
        {isDue && <Navigation workspace={workspace} session={session} />}
      </Drawer>
      <Box component="main" id="main" tabIndex={-1} sx={{ flex: 1, minWidth: 0, outline: "none", display: "flex", flexDirection: "column" }}>
        <Toolbar variant="dense" sx={{ minHeight: 52 }} />
        <LiveMark />
        {session.banner && <Alert severity="info" square role="note" sx={{ "& .MuiAlert-message": { whiteSpace: "pre-line", overflowWrap: "anywhere" } }}>{session.banner}</Alert>}
        <Outlet />
      </Box>
    </Box>
  );
}
