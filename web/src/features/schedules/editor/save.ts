import { isMap, isNode, isScalar, parseDocument, stringify } from "yaml";
import { client, tagged } from "@/api/client";
import { OF_DOCUMENT, type Schedule, sent, type Spec } from "../requests";

interface Saved {
  workspace: string;
  pipeline: string;
  name: string;
  spec: Spec;
  params: Record<string, unknown>;
  schedule: Schedule | undefined;
}

/** Makes or changes a schedule. One that stands in a document is changed there, as a new version of the pipeline. */
export async function saveSchedule({ workspace, pipeline, name, spec, params: values, schedule }: Saved): Promise<void> {
  if (!schedule) {
    await client.POST("/api/v1/workspaces/{workspace}/pipelines/{pipeline}/schedules", { params: { path: { workspace, pipeline } }, body: { name, spec: sent(spec), params: sent(values) } });
    return;
  }
  if (schedule.name !== OF_DOCUMENT) {
    const body = { name, spec: sent(spec), params: sent(values), paused: schedule.paused };
    const params = { path: { workspace, schedule: schedule.id }, header: { "If-Match": `"${schedule.revision}"` } };
    await client.PUT("/api/v1/workspaces/{workspace}/schedules/{schedule}", { params, body });
    return;
  }
  const path = { workspace, pipeline: schedule.pipeline_id };
  const { value, etag } = await tagged(client.GET("/api/v1/workspaces/{workspace}/pipelines/{pipeline}", { params: { path } }));
  const body = { document: withSchedule(value.current.document, spec), remark: "" };
  await client.PUT("/api/v1/workspaces/{workspace}/pipelines/{pipeline}", { params: { path, header: { "If-Match": etag } }, body });
}

/** The document with another schedule; everything else stays as it was written, remarks too. */
export function withSchedule(document: string, spec: Spec): string {
  const whole = parseDocument(document);
  const text = stringify({ schedule: spec }, { lineWidth: 0 });
  if (!isMap(whole.contents) || whole.contents.flow) {
    whole.set("schedule", whole.createNode(spec));
    return whole.toString({ lineWidth: 0 });
  }
  const found = whole.contents.items.find((pair) => isScalar(pair.key) && pair.key.value === "schedule");
  if (!found) return `${document.trimEnd()}\n\n${text}`;
  const start = isScalar(found.key) ? found.key.range?.[0] : undefined;
  if (start === undefined || !isNode(found.value)) return document;
  // A block ends before the first line that is not set in; blank lines before that belong to what follows.
  const isBlock = isMap(found.value) && !found.value.flow;
  const block = /^[^\n]*(?:\n[ \t]+\S[^\n]*|\n[ \t]*(?=(?:\n[ \t]*)*\n[ \t]+\S))*/.exec(document.slice(start))?.[0] ?? "";
  const end = isBlock ? start + block.length : (found.value.range?.[1] ?? start);
  // What is left of the last line is a remark about what was there.
  return document.slice(0, start) + text + document.slice(end).replace(/^[^\n]*\n?/, "");
}
