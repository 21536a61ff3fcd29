import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Megaphone, Plus } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Api, body, client, tagged } from "@/api/client";
import { queries } from "@/api/query";
import { useConfirm } from "@/components/Confirm";
import { EmptyState } from "@/components/EmptyState";
import { Marked } from "@/components/Marked";
import { ProblemAlert } from "@/components/ProblemAlert";
import { TimeText } from "@/components/TimeText";
import { useToasts } from "@/components/Toasts";
import { ListSkeleton, Waiting } from "@/components/Waiting";
import { capitalized } from "@/lib/errors";
import { say } from "@/lib/sayings";
import { useServerWords } from "@/lib/serverWords";
import { useWorkspace } from "@/lib/workspace";
import { TestResult } from "./TestResult";
import { type Channel, useChannels, useKinds } from "./data";

// Forms from schemas bring an editor along: only who makes a channel needs it.
const ChannelForm = lazy(async () => ({ default: (await import("./ChannelForm")).ChannelForm }));

/** Where messages go to. */
export function Channels() {
  const { t } = useTranslation("settings");
  const { may } = useWorkspace();
  const channels = useChannels();
  const [open, setOpen] = useState<string | null>(null);
  const add = may("admin") && <Button variant="contained" startIcon={<Plus size={17} />} onClick={() => setOpen("")}>{t("channels.make")}</Button>;
  return (
    <>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1.5, alignItems: "center", mb: 2 }}>
        <Typography variant="body2" color="textSecondary" sx={{ flex: "1 1 260px" }}>{t("channels.text")}</Typography>
        {(channels.data?.items.length ?? 0) > 0 && add}
      </Box>
      <ProblemAlert error={channels.error} onRetry={() => void channels.refetch()} />
      {channels.isPending && <ListSkeleton rows={2} text={t("channels.loading")} />}
      {channels.data?.items.length === 0 && <EmptyState icon={<Megaphone />} title={t("channels.none")} text={t("channels.none_text")} action={add} />}
      {channels.data?.items.map((channel) => <Card key={channel.id} channel={channel} onOpen={() => setOpen(channel.id)} />)}
      <Suspense fallback={<Waiting text={t("channels.loading_kinds")} />}>
        {open === "" && <ChannelForm onClose={() => setOpen(null)} />}
        {open && <Edit id={open} onClose={() => setOpen(null)} />}
      </Suspense>
    </>
  );
}

function Card({ channel, onOpen }: { channel: Channel; onOpen: () => void }) {
  const { t } = useTranslation("settings");
  const { slug, may } = useWorkspace();
  const confirm = useConfirm();
  const toasts = useToasts();
  const words = useServerWords();
  const kinds = useKinds();
  const path = { workspace: slug, channel: channel.id };
  const refresh = () => queries.invalidateQueries({ queryKey: ["channels"] });
  const test = useMutation({ mutationFn: () => body(client.POST("/api/v1/workspaces/{workspace}/channels/{channel}/test", { params: { path } })), onError: toasts.failed, onSettled: refresh });
  const remove = useMutation({
    mutationFn: () => client.DELETE("/api/v1/workspaces/{workspace}/channels/{channel}", { params: { path } }),
    onSuccess: () => toasts.done(t("channels.removed", { name: channel.name })),
    onError: toasts.failed,
    onSettled: () => Promise.all([refresh(), queries.invalidateQueries({ queryKey: ["rules"] })]),
  });
  const ask = async () => {
    if (await confirm({ title: t("channels.remove_title", { name: channel.name }), text: t("channels.remove_text"), deed: t("common:delete"), destroys: true })) remove.mutate();
  };
  const fault = channel.test_fault as { message?: string } | null | undefined;
  return (
    <Paper variant="outlined" sx={{ p: 2, mb: 1.5 }}>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1.5, alignItems: "center" }}>
        <Box sx={{ flex: "1 1 220px", minWidth: 0 }}>
          <Box sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
            <Typography variant="h3" component="h2" sx={{ overflowWrap: "anywhere" }}>{channel.name}</Typography>
            <Chip size="small" label={words.text(kinds.data?.items.find((kind) => kind.name === channel.kind)?.title ?? channel.kind)} />
            {!channel.active && <Chip size="small" variant="outlined" label={t("channels.quiet")} />}
          </Box>
          <Typography variant="body2" color="textSecondary">
            {channel.tested_at ? <>{fault ? t("channels.test_failed") : t("channels.test_good")} <TimeText at={channel.tested_at} /></> : t("channels.never_tested")}
          </Typography>
        </Box>
        {may("admin") && (
          <Box sx={{ display: "flex", gap: 0.5, flexWrap: "wrap" }}>
            <Button size="small" loading={test.isPending} onClick={() => test.mutate()}>{t("channels.test")}</Button>
            <Button size="small" onClick={onOpen}>{t("edit")}</Button>
            <Button size="small" color="error" onClick={() => void ask()}>{t("common:delete")}</Button>
          </Box>
        )}
      </Box>
      {test.data ? <TestResult result={test.data} /> : fault?.message && <Alert severity="error" sx={{ mt: 1.5 }}><Marked text={capitalized(say(fault.message))} /></Alert>}
    </Paper>
  );
}

/** Reads the channel with the mark of its version, for a change that nobody else's is lost by. */
function Edit({ id, onClose }: { id: string; onClose: () => void }) {
  const { slug } = useWorkspace();
  const channel = useQuery<{ value: Api<"ChannelView">; etag: string }>({
    queryKey: ["channels", slug, id],
    queryFn: () => tagged(client.GET("/api/v1/workspaces/{workspace}/channels/{channel}", { params: { path: { workspace: slug, channel: id } } })),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  if (channel.error) return <ProblemAlert error={channel.error} onClose={onClose} onRetry={() => void channel.refetch()} />;
  return channel.data ? <ChannelForm given={channel.data} onClose={onClose} /> : null;
}
