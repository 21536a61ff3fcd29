import Autocomplete from "@mui/material/Autocomplete";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Api, body, client } from "@/api/client";
import { queries } from "@/api/query";
import { sessionQuery } from "@/api/session";
import { useConfirm } from "@/components/Confirm";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { useDebounced } from "@/lib/useDebounced";

type User = Api<"User">;

/** When somebody goes: for a while, or for good. Workspaces that would be without an owner get an heir. */
export function Goodbye({ user, etag, onGone }: { user: User; etag: string; onGone: () => void }) {
  const { t } = useTranslation("server");
  const confirm = useConfirm();
  const toasts = useToasts();
  const { data: session } = useQuery(sessionQuery);
  const [heir, setHeir] = useState<User | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: ["users"] });
  const path = { user: user.id };
  const activate = useMutation({
    mutationFn: (active: boolean) => client.PATCH("/api/v1/users/{user}", { params: { path, header: { "If-Match": etag } }, body: { active, hand_over_to: active ? undefined : heir?.id } }),
    onSuccess: (_, active) => toasts.done(active ? t("activated", { name: user.name }) : t("deactivated", { name: user.name })),
    onSettled: refresh,
  });
  const erase = useMutation({
    mutationFn: () => client.DELETE("/api/v1/users/{user}", { params: { path, query: { hand_over_to: heir?.id } } }),
    onSuccess: () => {
      toasts.done(t("erased_person"));
      onGone();
    },
    // The account itself is not asked for again: it is gone, though it is shown for another moment.
    onSettled: (_, error) => Promise.all([queries.invalidateQueries({ queryKey: ["users"], predicate: (query) => error !== null || query.queryKey[1] !== "one" }), queries.invalidateQueries({ queryKey: ["server"] })]),
  });
  const askStop = async () => {
    if (await confirm({ title: t("deactivate_title", { name: user.name }), text: t("deactivate_text"), deed: t("deactivate"), destroys: true })) activate.mutate(false);
  };
  const askErase = async () => {
    if (await confirm({ title: t("erase_title", { name: user.name }), text: t("erase_text"), deed: t("erase"), destroys: true, typed: user.email })) erase.mutate();
  };
  const isMe = session?.user?.id === user.id;
  if (isMe) return <Typography variant="body2" color="textSecondary" sx={{ borderTop: 1, borderColor: "divider", pt: 2 }}>{t("yourself")}</Typography>;
  return (
    <Box sx={{ borderTop: 1, borderColor: "divider", pt: 2 }}>
      <Typography variant="h3">{t("goodbye")}</Typography>
      <Typography variant="body2" color="textSecondary" sx={{ mb: 2 }}>{t("goodbye_text")}</Typography>
      <Heir value={heir} not={user.id} onChange={setHeir} />
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, mt: 2 }}>
        {user.active ? <Button size="small" variant="outlined" color="error" loading={activate.isPending} onClick={() => void askStop()}>{t("deactivate")}</Button> : <Button size="small" variant="outlined" loading={activate.isPending} onClick={() => activate.mutate(true)}>{t("activate")}</Button>}
        <Button size="small" variant="contained" color="error" loading={erase.isPending} onClick={() => void askErase()}>{t("erase")}</Button>
      </Box>
      <ProblemAlert error={activate.error ?? erase.error} />
    </Box>
  );
}

/** Who becomes the owner of workspaces that would be without one. */
function Heir({ value, not, onChange }: { value: User | null; not: string; onChange: (user: User | null) => void }) {
  const { t } = useTranslation("server");
  const [text, setText] = useState("");
  const search = useDebounced(text.trim(), 250) || undefined;
  const people = useQuery({ queryKey: ["users", "heirs", search], queryFn: () => body(client.GET("/api/v1/users", { params: { query: { search, limit: 20 } } })) });
  return (
    <Autocomplete
      options={(people.data?.items ?? []).filter((one) => one.id !== not && one.active && !one.erased_at)}
      filterOptions={(options) => options}
      getOptionLabel={(one) => `${one.name} (${one.email})`}
      isOptionEqualToValue={(one, other) => one.id === other.id}
      loading={people.isFetching}
      loadingText={t("loading_people")}
      noOptionsText={t("nobody_found")}
      value={value}
      onChange={(_, one) => onChange(one)}
      onInputChange={(_, next, reason) => reason === "input" && setText(next)}
      renderInput={(params) => <TextField {...params} label={t("heir")} helperText={t("heir_help")} />}
    />
  );
}
