import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { type FormEvent, type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { type Language, LANGUAGES, setLanguage, currentLanguage } from "@/lib/i18n";

interface Props {
  title: string;
  text?: ReactNode;
  children?: ReactNode;
  onSubmit?: (event: FormEvent<HTMLFormElement>) => void;
}

/** The frame of pages for people who are not signed in. */
export function Frame({ title, text, children, onSubmit }: Props) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · Towpath`;
  }, [title]);
  return (
    <Box component="main" sx={{ minHeight: "100dvh", display: "flex", flexDirection: "column", alignItems: "center", justifyContent: "center", p: 2, gap: 2 }}>
      <Paper variant="outlined" sx={{ width: "100%", maxWidth: 420, p: { xs: 3, sm: 4 } }}>
        <Box sx={{ display: "flex", alignItems: "center", gap: 1.25, mb: 2.5 }}>
          <img src="icon.svg" width={34} height={34} alt="" />
          <Typography component="span" sx={{ fontWeight: 700, fontSize: 18 }}>Towpath</Typography>
        </Box>
        <Typography variant="h1" sx={{ mb: 1 }}>{title}</Typography>
        {text && <Typography color="textSecondary" sx={{ mb: 2 }} component="div">{text}</Typography>}
        <Box component={onSubmit ? "form" : "div"} onSubmit={onSubmit} noValidate sx={{ display: "flex", flexDirection: "column", gap: 2, mt: 2 }}>
          {children}
        </Box>
      </Paper>
      <Box role="group" aria-label={t("language")}>
        {(Object.keys(LANGUAGES) as Language[]).map((one) => (
          <Button key={one} lang={one} size="small" color="inherit" aria-pressed={currentLanguage() === one} onClick={() => void setLanguage(one)} sx={{ color: "text.secondary", fontWeight: currentLanguage() === one ? 700 : 400 }}>{LANGUAGES[one]}</Button>
        ))}
      </Box>
    </Box>
  );
}
