import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import { queries } from "@/api/query";
import { useToasts } from "@/components/Toasts";
import { create, pipelineQuery, type PipelineView, save } from "../requests";
import type { Newer } from "./ConflictDialog";

export interface Base {
  text: string;
  etag: string;
  version: number;
}

interface Props {
  slug: string;
  view: PipelineView | undefined;
  /** Address of the pipeline: its name or identity. */
  address: string | undefined;
  base: Base;
  setBase: (base: Base) => void;
  text: string;
}

/** Saves a document as a new version. Whoever was faster is never overwritten: their version is shown first. */
export function useSaving({ slug, view, address, base, setBase, text }: Props) {
  const { t } = useTranslation("pipelines");
  const toasts = useToasts();
  const navigate = useNavigate();
  const [isSaving, setIsSaving] = useState(false);
  const [newer, setNewer] = useState<Newer>();

  /** Returns the saved pipeline, or nothing when it was not saved. `run` says that its page is to ask about a run at once. */
  const keep = async ({ etag = base.etag, run = false } = {}): Promise<PipelineView | undefined> => {
    const document = text;
    setIsSaving(true);
    try {
      const saved = view ? await save(slug, view.id, document, "", etag) : { value: await create(slug, document, ""), etag: "" };
      const { value } = saved;
      setBase({ text: document, etag: saved.etag || `"${value.revision}"`, version: value.version });
      setNewer(undefined);
      queries.setQueryData(pipelineQuery(slug, value.name).queryKey, { value, etag: saved.etag || `"${value.revision}"` });
      if (address) queries.setQueryData(pipelineQuery(slug, address).queryKey, { value, etag: saved.etag });
      void queries.invalidateQueries({ queryKey: ["pipelines"] });
      toasts.done(t("saved", { version: value.version }));
      // A new pipeline has an address from now on, and a pipeline that was renamed has another one.
      if (!address || (address !== value.id && address !== value.name)) await navigate({ to: "/w/$workspace/pipelines/$pipeline", params: { workspace: slug, pipeline: value.name }, search: (old) => ({ node: old.node, view: old.view }), replace: true, ignoreBlocker: true, state: { run } as never });
      return value;
    } catch (error) {
      if (error instanceof Problem && error.status === 412 && view) {
        const { value, etag: now } = await queries.fetchQuery({ ...pipelineQuery(slug, view.id), staleTime: 0 });
        setNewer({ text: value.current.document, etag: now, version: value.version });
      } else toasts.failed(error);
      return undefined;
    } finally {
      setIsSaving(false);
    }
  };
  return { keep, isSaving, newer, setNewer };
}
