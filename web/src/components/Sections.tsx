import Box from "@mui/material/Box";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import ListItemIcon from "@mui/material/ListItemIcon";
import ListItemText from "@mui/material/ListItemText";
import type { LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { LinkListItem } from "./links";

export interface Section {
  key: string;
  title: string;
  icon: ReactNode;
  to: LinkProps["to"];
  params: Record<string, string>;
}

interface Props {
  label: string;
  sections: Section[];
  current: string;
  children: ReactNode;
}

/** Pages of one kind beside each other: a list at the side, on narrow screens in rows above. */
export function Sections({ label, sections, current, children }: Props) {
  return (
    <Box sx={{ display: "flex", flexDirection: { xs: "column", md: "row" }, gap: { xs: 2, md: 4 }, alignItems: "flex-start" }}>
      <Box component="nav" aria-label={label} sx={{ flexShrink: 0, width: { xs: "100%", md: 232 }, position: { md: "sticky" }, top: 76 }}>
        <List disablePadding sx={{ display: "flex", flexDirection: { xs: "row", md: "column" }, flexWrap: { xs: "wrap", md: "nowrap" }, gap: 0.25 }}>
          {sections.map((section) => (
            <ListItem key={section.key} disablePadding sx={{ width: { xs: "auto", md: "100%" } }}>
              <LinkListItem to={section.to as string} params={section.params as never} selected={section.key === current} aria-current={section.key === current ? "page" : undefined} sx={{ borderRadius: 1, py: 0.75, px: 1.25, whiteSpace: { xs: "nowrap", md: "normal" } }}>
                <ListItemIcon sx={{ minWidth: 30, color: section.key === current ? "primary.main" : undefined }}>{section.icon}</ListItemIcon>
                <ListItemText primary={section.title} slotProps={{ primary: { sx: { fontSize: 14, fontWeight: section.key === current ? 650 : 500 } } }} />
              </LinkListItem>
            </ListItem>
          ))}
        </List>
      </Box>
      <Box sx={{ flex: 1, minWidth: 0, width: "100%" }}>{children}</Box>
    </Box>
  );
}
