import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useToasts } from "@/components/Toasts";
import { create, refresh } from "../requests";

/** Makes pipelines of files; what cannot be taken is said with its places. */
export function useImport(slug: string) {
  const { t } = useTranslation("pipelines");
  const toasts = useToasts();
  const navigate = useNavigate();
  const [error, setError] = useState<unknown>();
  const [isOver, setIsOver] = useState(false);
  const take = async (files: File[]) => {
    setError(undefined);
    const made: string[] = [];
    for (const file of files) {
      try {
        made.push((await create(slug, await file.text(), t("import_remark", { file: file.name }))).name);
      } catch (fault) {
        setError(fault);
      }
    }
    if (made.length === 0) return;
    void refresh();
    toasts.done(t("imported", { count: made.length, name: made[0] }));
    if (made.length === 1 && files.length === 1) void navigate({ to: "/w/$workspace/pipelines/$pipeline", params: { workspace: slug, pipeline: made[0] ?? "" } });
  };
  return { take, error, forget: () => setError(undefined), isOver, setIsOver };
}
