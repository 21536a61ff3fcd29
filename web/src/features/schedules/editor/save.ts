import { parseDocument } from "yaml";
import { client, tagged } from "@/api/client";
import { OF_DOCUMENT, type Schedule, sent, type Spec } from "../requests";

interface Saved {
  workspace: string;
  pipeline: string;
  name: string;
  spec: Spec;
  schedule: Schedule | undefined;
}

/** Makes or changes a schedule. One that stands in a document is changed there, as a new version of the pipeline. */
export async function saveSchedule({ workspace, pipeline, name, spec, schedule }: Saved): Promise<void> {
  if (!schedule) {
    await client.POST("/api/v1/workspaces/{workspace}/pipelines/{pipeline}/schedules", { params: { path: { workspace, pipeline } }, body: { name, spec: sent(spec) } });
    return;
  }
  if (schedule.name !== OF_DOCUMENT) {
    const body = { name, spec: sent(spec), params: schedule.params, paused: schedule.paused };
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
  whole.set("schedule", whole.createNode(spec));
  return whole.toString({ lineWidth: 0, flowCollectionPadding: true });
}
