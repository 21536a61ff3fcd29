import { useMutation } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { dryRun, runTests, type TestEnd } from "../requests";
import { isObject } from "../model/yaml";
import type { Builder } from "./context";

/** Dry runs and tests of the document as it is written now. What came out of them stays until the next ones. */
export function useTrials({ slug, view, text, params, mayEdit, graph }: Pick<Builder, "slug" | "view" | "text" | "params" | "mayEdit" | "graph">) {
  const stop = useRef<AbortController | null>(null);
  const dry = useMutation({
    mutationFn: async () => {
      stop.current = new AbortController();
      return { of: text, told: await dryRun({ workspace: slug, pipeline: view?.id, document: mayEdit ? text : undefined, params }, stop.current.signal) };
    },
  });
  const tests = useMutation({ mutationFn: async () => ({ of: text, ends: (await runTests(slug, text, params)).items }) });
  const ends = tests.data && tests.data.of === text ? tests.data.ends : undefined;
  const byNode = useMemo(() => marksOf(ends), [ends]);
  const count = Array.isArray(graph.value.tests) ? graph.value.tests.filter(isObject).length : 0;
  return {
    dry: { told: dry.data?.told, isOld: dry.data !== undefined && dry.data.of !== text, error: dry.error, isPending: dry.isPending, start: () => dry.mutate(), stop: () => { stop.current?.abort(); dry.reset(); } },
    tests: { count, ends: tests.data?.ends, isOld: tests.data !== undefined && tests.data.of !== text, error: tests.error, isPending: tests.isPending, start: () => tests.mutate() },
    byNode,
  };
}

/** How tests found each node: one difference is enough to fail. */
export function marksOf(ends: TestEnd[] | undefined): Map<string, "passed" | "failed"> {
  const marks = new Map<string, "passed" | "failed">();
  for (const { node, differences } of (ends ?? []).flatMap((end) => end.nodes)) marks.set(node, differences.length > 0 || marks.get(node) === "failed" ? "failed" : "passed");
  return marks;
}
