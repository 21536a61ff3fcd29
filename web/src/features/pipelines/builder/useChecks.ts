import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo } from "react";
import { Problem } from "@/api/problem";
import { useDebounced } from "@/lib/useDebounced";
import { sayBoth } from "@/lib/sayings";
import { type Graph, upstreamOf } from "../model/graph";
import { isObject, type Json } from "../model/yaml";
import { planQuery, validateQuery } from "../requests";

/** The document without what changes nothing for its rows; of the node `of`, if one is said, without what its rows do not come from. */
export function meaningOf({ value, edges }: Pick<Graph, "value" | "edges">, of?: string): string {
  const { layout: _l, tests: _t, description: _d, schedule: _s, ...rest } = value;
  if (of === undefined || !isObject(rest.nodes)) return JSON.stringify(rest);
  const upstream = upstreamOf({ edges }, of);
  return JSON.stringify({ ...rest, nodes: Object.fromEntries(Object.entries(rest.nodes).filter(([name]) => upstream.has(name))) });
}

/** What the server finds out about a draft while it is written: problems at once, columns when somebody looks. */
export function useChecks(slug: string, saved: string | undefined, text: string, graph: Graph, isBroken: boolean, params: Json, wantsColumns: boolean) {
  const settled = useDebounced(text, 400);
  const validated = useQuery({ ...validateQuery(slug, settled, !isBroken), placeholderData: keepPreviousData });
  const calm = useDebounced(text, 900);
  const meaning = useMemo(() => meaningOf(graph), [graph]);
  const calmMeaning = useDebounced(meaning, 900);
  const isFine = validated.data?.problems.length === 0 && graph.nodes.size > 0;
  const plan = useQuery({ ...planQuery(slug, saved, calm, calmMeaning, params, wantsColumns && !isBroken && isFine && calm === text), placeholderData: keepPreviousData });
  // Columns give forms their choices and change much of what is drawn: step by step, between what people do.
  const planned = useDeferredValue(plan.data);
  const outlines = useMemo(() => new Map((planned?.nodes ?? []).map((node) => [node.node, node])), [planned]);
  const faults = useMemo(() => new Map((planned?.faults ?? []).map((fault) => [fault.node, sayBoth(fault)])), [planned]);
  const problems = useMemo(() => {
    const all = [...(validated.data?.problems ?? []), ...(isFine ? (plan.data?.problems ?? []) : [])];
    // Problems that the plan refuses the document with are at their places too.
    if (isFine && plan.error instanceof Problem) all.push(...plan.error.problems);
    return all;
  }, [validated.data, isFine, plan.data, plan.error]);
  return { problems, isChecking: validated.isFetching, checkFault: validated.error, outlines, faults, isPlanning: plan.isFetching || planned !== plan.data, planFault: plan.error };
}
