import { createTheme, type Theme, type ThemeOptions } from "@mui/material/styles";
import type { TFunction } from "i18next";

declare module "@mui/material/styles" {
  interface Palette {
    quarantine: Palette["primary"];
    queued: Palette["primary"];
  }
  interface PaletteOptions {
    quarantine?: PaletteOptions["primary"];
    queued?: PaletteOptions["primary"];
  }
}

const font = 'Inter, "Segoe UI", system-ui, -apple-system, Roboto, "Helvetica Neue", Arial, sans-serif';
export const MONO = '"JetBrains Mono", "Cascadia Code", ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace';

/** Phones. */
const NARROW = "@media (max-width: 599.95px)";

/** Water and stone: one strong colour, quiet surfaces; states have colours of their own. */
const look: ThemeOptions = {
  cssVariables: { colorSchemeSelector: "data-scheme", nativeColor: false },
  colorSchemes: {
    light: {
      palette: {
        primary: { main: "#0f5f64", dark: "#0a4448", light: "#3c8488", contrastText: "#ffffff" },
        secondary: { main: "#8a5a00", contrastText: "#ffffff" },
        success: { main: "#1f7a3d", contrastText: "#ffffff" },
        warning: { main: "#9a5b00", contrastText: "#ffffff" },
        error: { main: "#b3261e", contrastText: "#ffffff" },
        info: { main: "#1d5fa8", contrastText: "#ffffff" },
        quarantine: { main: "#8f4d00", contrastText: "#ffffff" },
        queued: { main: "#5b6470", contrastText: "#ffffff" },
        background: { default: "#f5f7f6", paper: "#ffffff" },
        text: { primary: "#16211f", secondary: "#4d5a58" },
        divider: "#d9e0de",
        action: { selected: "rgba(15, 95, 100, 0.1)" },
      },
    },
    dark: {
      palette: {
        primary: { main: "#5fd0c5", dark: "#38a79c", light: "#9be6de", contrastText: "#06211f" },
        secondary: { main: "#f0bd5e", contrastText: "#231700" },
        success: { main: "#6fcf8b", contrastText: "#04210e" },
        warning: { main: "#f0b45e", contrastText: "#231500" },
        error: { main: "#ff9088", contrastText: "#2b0400" },
        info: { main: "#85bdf7", contrastText: "#031a33" },
        quarantine: { main: "#f2a65a", contrastText: "#231300" },
        queued: { main: "#a9b4bd", contrastText: "#11161a" },
        background: { default: "#0f1615", paper: "#172120" },
        text: { primary: "#e6eeec", secondary: "#a8b8b5" },
        divider: "#2c3a38",
        action: { selected: "rgba(95, 208, 197, 0.14)" },
      },
    },
  },
  shape: { borderRadius: 8 },
  typography: {
    fontFamily: font,
    fontSize: 13.5,
    h1: { fontSize: "1.5rem", fontWeight: 650, letterSpacing: "-0.01em" },
    h2: { fontSize: "1.125rem", fontWeight: 650 },
    h3: { fontSize: "1rem", fontWeight: 650 },
    button: { textTransform: "none", fontWeight: 600 },
    overline: { letterSpacing: "0.06em", fontWeight: 650, lineHeight: 2 },
  },
  components: {
    MuiCssBaseline: {
      styleOverrides: {
        body: { fontVariantNumeric: "tabular-nums" },
        ".react-flow__panel.react-flow__attribution": { margin: 0, padding: 0, background: "transparent" },
        ".react-flow__attribution a": { display: "inline-block", padding: "7px 4px 2px", lineHeight: "15px" },
        ":focus-visible": { outline: "2px solid var(--mui-palette-primary-main)", outlineOffset: 2 },
        // Any duration, however short, would make every property of every element a transition, and heights be measured of what is
        // about to change: editors of code would set line numbers beside lines.
        "@media (prefers-reduced-motion: reduce)": { "*, *::before, *::after": { animationDuration: "0.01ms !important", transitionDuration: "0s !important", transitionDelay: "0s !important" } },
      },
    },
    MuiButtonBase: { defaultProps: { disableRipple: true } },
    MuiButton: { defaultProps: { disableElevation: true } },
    // In the dark, what floats would be the greyer the higher it is: a border tells it apart, in the colour of every other surface.
    MuiPaper: { styleOverrides: { root: { backgroundImage: "none" }, outlined: { borderColor: "var(--mui-palette-divider)" } } },
    MuiDialog: { styleOverrides: { paper: { border: "1px solid var(--mui-palette-divider)" }, paperFullScreen: { border: 0 } } },
    MuiPopover: { styleOverrides: { paper: { border: "1px solid var(--mui-palette-divider)" } } },
    MuiDialogTitle: { defaultProps: { variant: "h2" } },
    // Buttons end where the fields above them end.
    MuiDialogActions: { styleOverrides: { root: { padding: "12px 24px 16px", flexWrap: "wrap" } } },
    // Fields are white on the ground of a page as on a card.
    MuiOutlinedInput: { styleOverrides: { root: { backgroundColor: "var(--mui-palette-background-paper)" } } },
    // Both arrows stand behind the tabs, which thus begin where the page does, and keep their width when an arrow leads nowhere.
    // Where they do not fit beside each other they take several lines: what must be pushed along first is not found, and what is
    // chosen would be half hidden. A line moved below the chosen one knows one row only: there, each tab has its own.
    MuiTabs: {
      styleOverrides: {
        root: {
          [NARROW]: {
            minHeight: 0,
            "& .MuiTabs-list": { flexWrap: "wrap" },
            "& .MuiTabs-indicator": { display: "none" },
            "& .MuiTab-root": { minWidth: 0, minHeight: 42, padding: "8px 12px", borderBottom: "2px solid transparent" },
            "& .MuiTab-root.Mui-selected": { borderBottomColor: "currentColor" },
          },
        },
      },
    },
    MuiTabScrollButton: { styleOverrides: { root: { order: 1, width: 36, "&.Mui-disabled": { opacity: 0.35 } } } },
    // Examples in empty fields are there to be read.
    MuiInputBase: { styleOverrides: { input: { "&::placeholder": { color: "var(--mui-palette-text-secondary)", opacity: 0.85 } } } },
    MuiTextField: { defaultProps: { size: "small", fullWidth: true } },
    MuiSelect: { defaultProps: { size: "small" } },
    // What a field is called is read, too, where nothing can be written into it.
    MuiFormLabel: { styleOverrides: { root: { "&.Mui-disabled": { color: "var(--mui-palette-text-secondary)" } } } },
    // In the dark, the ground of an alert is near that of the page.
    MuiAlert: { styleOverrides: { standard: { border: "1px solid var(--mui-palette-divider)" } } },
    MuiTooltip: { defaultProps: { arrow: true, enterDelay: 300 } },
    MuiTableCell: { styleOverrides: { root: { borderBottomColor: "var(--mui-palette-divider)" }, head: { fontWeight: 650, color: "var(--mui-palette-text-secondary)" } } },
    MuiLink: { defaultProps: { underline: "hover" } },
  },
};

/** The look, with the words that parts bring along in the language of the page. */
export function themeIn(t: TFunction): Theme {
  return createTheme(look, {
    components: {
      MuiAutocomplete: { defaultProps: { clearText: t("parts.clear"), closeText: t("close"), openText: t("parts.open"), noOptionsText: t("parts.no_options"), loadingText: t("parts.loading") } },
      MuiAlert: { defaultProps: { closeText: t("close") } },
    },
  });
}
