import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { body, client } from "@/api/client";
import { useConfirm } from "@/components/Confirm";
import { Panel } from "@/components/Panel";
import { useToasts } from "@/components/Toasts";
import { formatDay } from "@/lib/format";
import { type Account, refreshAccount } from "../useAccount";
import { providersQuery } from "@/lib/server";

/** Other systems with which one signs in. Where the server has none, there is nothing to see. */
export function Identities({ account }: { account: Account }) {
  const { t } = useTranslation("account");
  const confirm = useConfirm();
  const toasts = useToasts();
  const providers = useQuery(providersQuery);
  const connect = useMutation({
    mutationFn: (provider: string) => body(client.POST("/api/v1/account/identities/{provider}", { params: { path: { provider }, query: { return_to: "/account/security" } } })),
    onSuccess: ({ location: there }) => window.location.assign(there),
    onError: toasts.failed,
  });
  const disconnect = useMutation({ mutationFn: (provider: string) => client.DELETE("/api/v1/account/identities/{provider}", { params: { path: { provider } } }), onSuccess: () => toasts.done(t("disconnected")), onError: toasts.failed, onSettled: refreshAccount });
  const known = providers.data?.items ?? [];
  const gone = account.identities.filter((identity) => !known.some((provider) => provider.name === identity.provider)).map((identity) => ({ name: identity.provider, title: identity.provider }));
  const all = [...known, ...gone];
  if (all.length === 0) return null;
  const ask = async (name: string, title: string) => {
    if (await confirm({ title: t("disconnect_title", { provider: title }), text: account.has_password ? t("disconnect_text") : t("disconnect_last_text"), deed: t("disconnect"), destroys: true })) disconnect.mutate(name);
  };
  return (
    <Panel title={t("identities")} text={t("identities_text")}>
      {all.map((provider) => {
        const identity = account.identities.find((one) => one.provider === provider.name);
        return (
          <Box key={provider.name} sx={{ display: "flex", gap: 1.5, alignItems: "center", py: 1, borderTop: 1, borderColor: "divider" }}>
            <Box sx={{ flex: 1 }}>
              <Typography sx={{ fontWeight: 600 }}>{provider.title}</Typography>
              <Typography variant="body2" color="textSecondary">{identity ? t("connected_since", { day: formatDay(identity.created_at) }) : t("not_connected")}</Typography>
            </Box>
            {identity ? <Button size="small" color="error" onClick={() => void ask(provider.name, provider.title)}>{t("disconnect")}</Button> : <Button size="small" variant="outlined" loading={connect.isPending} onClick={() => connect.mutate(provider.name)}>{t("connect")}</Button>}
          </Box>
        );
      })}
    </Panel>
  );
}
