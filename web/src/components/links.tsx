import Button, { type ButtonProps } from "@mui/material/Button";
import IconButton, { type IconButtonProps } from "@mui/material/IconButton";
import MuiLink, { type LinkProps } from "@mui/material/Link";
import ListItemButton, { type ListItemButtonProps } from "@mui/material/ListItemButton";
import MenuItem, { type MenuItemProps } from "@mui/material/MenuItem";
import { createLink } from "@tanstack/react-router";
import type { Ref } from "react";

// Parts of MUI that lead to a page. Their addresses are checked by the compiler, and pages are loaded ahead.

type With<P> = Omit<P, "href"> & { ref?: Ref<HTMLAnchorElement>; href?: string };

export const TextLink = createLink((props: With<LinkProps>) => <MuiLink {...props} />);
export const LinkButton = createLink((props: With<ButtonProps<"a">>) => <Button component="a" {...props} />);
export const LinkIconButton = createLink((props: With<IconButtonProps<"a">>) => <IconButton component="a" {...props} />);
export const LinkMenuItem = createLink((props: With<MenuItemProps<"a">>) => <MenuItem component="a" {...props} />);
export const LinkListItem = createLink((props: With<ListItemButtonProps<"a">>) => <ListItemButton component="a" {...props} />);
