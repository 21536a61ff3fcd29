import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import Typography from "@mui/material/Typography";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Filter, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { body, client } from "@/api/client";
import { queries } from "@/api/query";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { ListSkeleton } from "@/components/Waiting";
import { useWorkspace } from "@/lib/workspace";
import { type Rule, type RuleSpec, useChannels, usePipelines } from "./data";
import { RuleForm } from "./RuleForm";

/** Which channel hears of what. */
export function Rules() {
  const { t } = useTranslation("settings");
  const { slug, may } = useWorkspace();
  const toasts = useToasts();
  const [open, setOpen] = useState<Rule | "new" | null>(null);
  const path = { workspace: slug };
  const rules = useQuery({ queryKey: ["rules", slug], queryFn: () => body(client.GET("/api/v1/workspaces/{workspace}/rules", { params: { path } })) });
  const channels = useChannels();
  const pipelines = usePipelines();
  const refresh = () => queries.invalidateQueries({ queryKey: ["rules"] });
  const channel = (rule: Rule) => channels.data?.items.find((one) => one.id === rule.channel_id)?.name ?? rule.channel_id;
  const restore = useMutation({
    mutationFn: (rule: Rule) => client.POST("/api/v1/workspaces/{workspace}/rules", { params: { path }, body: { name: rule.name, channel: rule.channel_id, spec: rule.spec, active: rule.active } }),
    onError: toasts.failed,
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: (rule: Rule) => client.DELETE("/api/v1/workspaces/{workspace}/rules/{rule}", { params: { path: { ...path, rule: rule.id } } }),
    onSuccess: (_, rule) => toasts.done(t("rules.removed", { name: rule.name }), { label: t("common:undo"), run: () => restore.mutate(rule) }),
    onError: toasts.failed,
    onSettled: refresh,
  });
  const about = (rule: Rule): string => {
    const spec = rule.spec as RuleSpec;
    const names = (spec.pipelines ?? []).map((id) => pipelines.data?.items.find((one) => one.id === id)?.name ?? id);
    const of = [...names, ...(spec.tags ?? []).map((tag) => `#${tag}`)].join(", ");
    const kinds = spec.kinds?.length ? spec.kinds.map((kind) => t(`notices:kind.${kind}`)).join(", ") : t("rules.every_kind");
    const severity = spec.min_severity && spec.min_severity !== "info" ? ` · ${t("rules.from_severity", { severity: t(`notices:severity.${spec.min_severity}`) })}` : "";
    return `${kinds}${severity} · ${of || t("rules.every_pipeline")}`;
  };
  const columns: Column<Rule>[] = [
    { key: "name", title: t("rules.name"), cell: (rule) => <Box sx={{ display: "flex", gap: 1, alignItems: "center", fontWeight: 600 }}>{rule.name}{!rule.active && <Chip size="small" variant="outlined" label={t("channels.quiet")} />}</Box> },
    { key: "channel", title: t("rules.channel"), cell: channel },
    { key: "about", title: t("rules.about"), wide: true, cell: about },
    ...(may("admin")
      ? [{
          key: "deeds",
          title: "",
          right: true,
          cell: (rule: Rule) => (
            <Box sx={{ whiteSpace: "nowrap" }}>
              <Button size="small" onClick={() => setOpen(rule)}>{t("edit")}</Button>
              <Button size="small" color="error" onClick={() => remove.mutate(rule)}>{t("common:delete")}</Button>
            </Box>
          ),
        }]
      : []),
  ];
  const hasChannels = (channels.data?.items.length ?? 0) > 0;
  const add = may("admin") && hasChannels && <Button variant="contained" startIcon={<Plus size={17} />} onClick={() => setOpen("new")}>{t("rules.make")}</Button>;
  return (
    <>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1.5, alignItems: "center", mb: 2 }}>
        <Typography variant="body2" color="textSecondary" sx={{ flex: "1 1 260px" }}>{t("rules.text")}</Typography>
        {(rules.data?.items.length ?? 0) > 0 && add}
      </Box>
      <ProblemAlert error={rules.error} onRetry={() => void rules.refetch()} />
      {rules.isPending && <ListSkeleton rows={2} text={t("rules.loading")} />}
      {rules.data?.items.length === 0 && <EmptyState icon={<Filter />} title={t("rules.none")} text={hasChannels ? t("rules.none_text") : t("rules.no_channel")} action={add} />}
      {rules.data && rules.data.items.length > 0 && <DataTable label={t("tab.rules")} columns={columns} rows={rules.data.items} rowKey={(rule) => rule.id} />}
      {open && <RuleForm rule={open === "new" ? undefined : open} onClose={() => setOpen(null)} />}
    </>
  );
}
