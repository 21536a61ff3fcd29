import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { TextLink } from "@/components/links";
import { readMarkdown } from "@/components/markdown/blocks";
import { plain } from "@/components/markdown/inline";

/** The headings of the page, where there is room at its side. */
export function OnPage({ text, language }: { text: string; language: string }) {
  const { t } = useTranslation("help");
  const headings = readMarkdown(text).flatMap((block) => (block.kind === "heading" && block.level > 1 && block.level < 4 ? [block] : []));
  if (headings.length < 2) return null;
  return (
    <Box component="nav" aria-labelledby="on-page" sx={{ display: { xs: "none", xl: "block" }, width: 200, flexShrink: 0, position: "sticky", top: 76, maxHeight: "calc(100dvh - 100px)", overflowY: "auto" }}>
      <Typography variant="overline" component="p" id="on-page" color="textSecondary">{t("on_page")}</Typography>
      <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0 }}>
        {headings.map((heading) => (
          <Box component="li" key={heading.id} sx={{ pl: (heading.level - 2) * 1.5 }}>
            <TextLink to="." hash={heading.id} search lang={language} color="inherit" sx={{ display: "block", py: 0.375, fontSize: 13 }}>{plain(heading.inner)}</TextLink>
          </Box>
        ))}
      </Box>
    </Box>
  );
}
