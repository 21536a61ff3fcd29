import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useMutation } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Send } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type Api, body, client } from "@/api/client";
import { queries } from "@/api/query";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { Marked } from "@/components/Marked";
import { ProblemAlert } from "@/components/ProblemAlert";
import { TimeText } from "@/components/TimeText";
import { useToasts } from "@/components/Toasts";
import { ListSkeleton } from "@/components/Waiting";
import { useList } from "@/lib/useList";
import { useWorkspace } from "@/lib/workspace";
import { say } from "@/lib/sayings";
import { useChannels } from "./data";

type Delivery = Api<"Delivery">;
const STATES = ["waiting", "delivered", "failed"] as const;
const COLOURS: Record<string, "success" | "error" | "default"> = { delivered: "success", failed: "error" };

/** What became of messages. */
export function Deliveries() {
  const { t } = useTranslation("settings");
  const { slug, may } = useWorkspace();
  const navigate = useNavigate();
  const toasts = useToasts();
  const { state, channel } = useSearch({ strict: false }) as { state?: string; channel?: string };
  const channels = useChannels();
  const filter = (part: { state?: string; channel?: string }) => void navigate({ to: ".", search: { tab: "deliveries", state, channel, ...part } as never, replace: true });
  const { rows, error, refetch, more, isLoadingMore } = useList<Delivery>(["deliveries", slug, state, channel], (after) => body(client.GET("/api/v1/workspaces/{workspace}/deliveries", { params: { path: { workspace: slug }, query: { state: state as Api<"DeliveryState"> | undefined, channel, after, limit: 100 } } })));
  const again = useMutation({
    mutationFn: (delivery: Delivery) => client.POST("/api/v1/workspaces/{workspace}/deliveries/{delivery}/again", { params: { path: { workspace: slug, delivery: delivery.id } } }),
    onSuccess: () => toasts.done(t("deliveries.on_way")),
    onError: toasts.failed,
    onSettled: () => queries.invalidateQueries({ queryKey: ["deliveries"] }),
  });
  const to = (delivery: Delivery) => (delivery.user_id ? t("deliveries.to_person") : (channels.data?.items.find((one) => one.id === delivery.channel_id)?.name ?? t("deliveries.gone")));
  const columns: Column<Delivery>[] = [
    { key: "when", title: t("deliveries.when"), width: 130, cell: (delivery) => <TimeText at={delivery.created_at} /> },
    {
      key: "what",
      title: t("deliveries.message"),
      cell: (delivery) => {
        const fault = delivery.fault as { message?: string } | null | undefined;
        const message = delivery.message as { title?: string };
        return (
          <Box sx={{ py: 0.5, overflowWrap: "anywhere" }}>
            {message.title ?? t(`deliveries.occasion.${delivery.occasion}`)}
            {fault?.message && <Typography variant="caption" component="div" color="error"><Marked text={say(fault.message)} /></Typography>}
          </Box>
        );
      },
    },
    { key: "to", title: t("rules.channel"), wide: true, cell: to },
    { key: "why", title: t("deliveries.why"), wide: true, cell: (delivery) => t(`deliveries.occasion.${delivery.occasion}`) },
    { key: "state", title: t("deliveries.state"), cell: (delivery) => <Chip size="small" variant="outlined" color={COLOURS[String(delivery.state).toLowerCase()] ?? "default"} label={t(`deliveries.states.${String(delivery.state).toLowerCase()}`)} /> },
    { key: "deeds", title: "", right: true, cell: (delivery) => may("admin") && String(delivery.state).toLowerCase() === "failed" && <Button size="small" onClick={() => again.mutate(delivery)}>{t("deliveries.again")}</Button> },
  ];
  const field = { width: { xs: "calc(50% - 6px)", sm: 200 } };
  return (
    <>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1.5, mb: 2 }}>
        <TextField select label={t("deliveries.state")} value={state ?? ""} onChange={(event) => filter({ state: event.target.value || undefined })} sx={field} slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}>
          <MenuItem value="">{t("common:all")}</MenuItem>
          {STATES.map((one) => <MenuItem key={one} value={one}>{t(`deliveries.states.${one}`)}</MenuItem>)}
        </TextField>
        <TextField select label={t("rules.channel")} value={channel ?? ""} onChange={(event) => filter({ channel: event.target.value || undefined })} sx={field} slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}>
          <MenuItem value="">{t("common:all")}</MenuItem>
          {channels.data?.items.map((one) => <MenuItem key={one.id} value={one.id}>{one.name}</MenuItem>)}
        </TextField>
      </Box>
      <ProblemAlert error={error} onRetry={() => void refetch()} />
      {!rows && !error && <ListSkeleton rows={3} text={t("deliveries.loading")} />}
      {rows?.length === 0 && <EmptyState icon={<Send />} title={t("deliveries.none")} text={t("deliveries.none_text")} />}
      {rows && rows.length > 0 && <DataTable label={t("tab.deliveries")} columns={columns} rows={rows} rowKey={(delivery) => delivery.id} onMore={more} isLoadingMore={isLoadingMore} />}
    </>
  );
}
