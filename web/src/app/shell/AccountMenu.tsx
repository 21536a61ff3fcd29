import Avatar from "@mui/material/Avatar";
import Box from "@mui/material/Box";
import Divider from "@mui/material/Divider";
import IconButton from "@mui/material/IconButton";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useColorScheme } from "@mui/material/styles";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Api, client } from "@/api/client";
import { live } from "@/api/live";
import { signOut } from "@/api/session";
import { useConfirm } from "@/components/Confirm";
import { LinkMenuItem } from "@/components/links";
import { hasUnsaved } from "@/components/useLeaveGuard";
import { isBusy } from "@/features/files/queue";
import { sendings } from "@/features/files/sendings";
import { currentLanguage, type Language, LANGUAGES, setLanguage } from "@/lib/i18n";

const MODES = ["system", "light", "dark"] as const;

/** Who is signed in; language, light or dark, and the way out. */
export function AccountMenu({ user }: { user: Api<"User"> }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const confirm = useConfirm();
  const { mode, setMode } = useColorScheme();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const initials = (user.name || user.email).split(/\s+/).map((word) => word.charAt(0)).slice(0, 2).join("").toUpperCase();
  const choose = (language: Language) => {
    void setLanguage(language);
    // So that letters come in the same language; if this fails, the page still has it.
    client.PATCH("/api/v1/account", { params: { header: { "If-Match": `"${user.revision}"` } }, body: { language } }).catch(() => undefined);
  };
  const leave = async () => {
    setAnchor(null);
    // Before anything is done: whoever stays for what is not saved stays signed in.
    if (hasUnsaved() && !(await confirm({ title: t("unsaved_title"), text: t("unsaved_text"), deed: t("leave"), destroys: true }))) return;
    if (isBusy(sendings.now) && !(await confirm({ title: t("sign_out_sending_title"), text: t("sign_out_sending_text"), deed: t("sign_out"), destroys: true }))) return;
    sendings.end();
    await signOut().catch(() => undefined);
    live.close();
    await navigate({ to: "/sign-in", search: {}, ignoreBlocker: true });
  };
  return (
    <>
      <Tooltip title={user.name || user.email}>
        <IconButton aria-label={t("account_menu")} aria-haspopup="menu" aria-expanded={anchor !== null} onClick={(event) => setAnchor(event.currentTarget)}>
          <Avatar sx={{ width: 28, height: 28, fontSize: 12, fontWeight: 700, bgcolor: "primary.main", color: "primary.contrastText" }}>{initials}</Avatar>
        </IconButton>
      </Tooltip>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)} slotProps={{ paper: { sx: { minWidth: 230 } } }}>
        <Box sx={{ px: 2, py: 1 }} role="presentation">
          <Typography sx={{ fontWeight: 650 }}>{user.name}</Typography>
          <Typography variant="body2" color="textSecondary">{user.email}</Typography>
        </Box>
        <Divider component="li" />
        <LinkMenuItem to="/account" onClick={() => setAnchor(null)}>{t("account")}</LinkMenuItem>
        <Divider component="li" />
        <Heading text={t("colours")} />
        {MODES.map((one) => (
          <MenuItem key={one} selected={mode === one} onClick={() => setMode(one)} role="menuitemradio" aria-checked={mode === one}>{t(`mode.${one}`)}</MenuItem>
        ))}
        <Divider component="li" />
        <Heading text={t("language")} />
        {(Object.keys(LANGUAGES) as Language[]).map((one) => (
          <MenuItem key={one} lang={one} selected={currentLanguage() === one} onClick={() => choose(one)} role="menuitemradio" aria-checked={currentLanguage() === one}>{LANGUAGES[one]}</MenuItem>
        ))}
        <Divider component="li" />
        <MenuItem onClick={() => void leave()}>{t("sign_out")}</MenuItem>
      </Menu>
    </>
  );
}

/** What the entries below choose between. */
function Heading({ text }: { text: string }) {
  return <Typography component="li" role="presentation" variant="overline" color="textSecondary" sx={{ px: 2 }}>{text}</Typography>;
}
