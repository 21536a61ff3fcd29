import Box from "@mui/material/Box";
import Tooltip from "@mui/material/Tooltip";
import { useTranslation } from "react-i18next";
import { colourOf, initialsOf, type Person } from "./presence";

const MOST = 4;

/** Others who are here: their initials, each in a colour of its own. */
export function People({ people, size = 26, onGo }: { people: Person[]; size?: number; onGo?: (node: string) => void }) {
  const { t } = useTranslation("pipelines");
  if (people.length === 0) return null;
  const words = (person: Person) => (person.node ? t("person_at", { name: person.name, node: person.node }) : t("person_here", { name: person.name }));
  const rest = people.slice(MOST);
  return (
    <Box component="ul" aria-label={t("people", { count: people.length })} sx={{ display: "flex", listStyle: "none", m: 0, p: 0, "& > li + li": { ml: "-1px" } }}>
      {people.slice(0, MOST).map((person) => {
        const look = { width: size, height: size, fontSize: size * 0.42, display: "grid", placeItems: "center", borderRadius: "50%", border: "2px solid var(--mui-palette-background-paper)", color: "#fff", fontWeight: 700, p: 0, fontFamily: "inherit", lineHeight: 1 } as const;
        const { node } = person;
        return (
          <li key={person.client}>
            <Tooltip title={words(person)}>
              {onGo && node ? (
                <Box component="button" type="button" aria-label={words(person)} onClick={() => onGo(node)} sx={{ ...look, fontSize: size * 0.42, fontWeight: 700, cursor: "pointer" }} style={{ backgroundColor: colourOf(person.user_id) }}>{initialsOf(person.name)}</Box>
              ) : (
                <Box component="span" role="img" aria-label={words(person)} sx={{ ...look, fontSize: size * 0.42, fontWeight: 700 }} style={{ backgroundColor: colourOf(person.user_id) }}>{initialsOf(person.name)}</Box>
              )}
            </Tooltip>
          </li>
        );
      })}
      {rest.length > 0 && <li><Tooltip title={rest.map(words).join(" · ")}><Box component="span" sx={{ display: "inline-grid", placeItems: "center", minWidth: size, height: size, borderRadius: size, px: 0.5, bgcolor: "action.selected", fontSize: size * 0.42, fontWeight: 700 }}>+{rest.length}</Box></Tooltip></li>}
    </Box>
  );
}
