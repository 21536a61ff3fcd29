import { changeHeaders, type Api, body, client } from "@/api/client";
import { serverUrl } from "@/api/base";
import { Problem } from "@/api/problem";
import { queryOptions } from "@tanstack/react-query";
import { previewRows, type Rows, type Settings } from "@/lib/streams";

export type Upload = Api<"Upload">;
export type UploadView = Api<"UploadView">;

export function listUploads(slug: string, search: string, sort: string, after: string | undefined) {
  return body(client.GET("/api/v1/workspaces/{workspace}/uploads", { params: { path: { workspace: slug }, query: { search: search || undefined, sort: sort as "name", after, limit: 50 } } }));
}

export async function removeUpload(slug: string, id: string): Promise<void> {
  await client.DELETE("/api/v1/workspaces/{workspace}/uploads/{upload}", { params: { path: { workspace: slug, upload: id } } });
}

export function contentUrl(slug: string, id: string): string {
  return serverUrl(`/api/v1/workspaces/${encodeURIComponent(slug)}/uploads/${encodeURIComponent(id)}/content`);
}

export type Inspected = Api<"Inspected">;

/** What a file holds and how that was found out. A large file takes a while: it is not read again by itself. */
export function inspectedQuery(slug: string, upload: string, settings: Settings) {
  return queryOptions({
    queryKey: ["uploads", slug, "inspected", upload, settings],
    queryFn: ({ signal }) => body(client.POST("/api/v1/workspaces/{workspace}/uploads/{upload}/inspect", { params: { path: { workspace: slug, upload } }, body: { settings: settings as Record<string, never> }, signal })),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    retry: false,
  });
}

/** The settings of a source node without what names the file itself. */
export function withoutFile({ source: _, path: __, ...settings }: Settings): Settings {
  return settings;
}

/** The first rows of a file, as a source of a pipeline would read it. */
export function readFile(slug: string, path: string, settings: Settings, signal?: AbortSignal): Promise<Rows> {
  return previewRows(slug, { towpath: 1, name: "look", nodes: { file: { source: "file", path, ...settings } } }, "file", 1000, signal);
}

/** Sends a file, and tells how far it is. The same key takes it only once, however often it is sent. */
export function send(slug: string, file: File, key: string, signal: AbortSignal, onProgress: (bytes: number) => void): Promise<Upload> {
  return new Promise((resolve, reject) => {
    // `fetch` does not tell how much of a body has been sent.
    const request = new XMLHttpRequest();
    request.open("POST", serverUrl(`/api/v1/workspaces/${encodeURIComponent(slug)}/uploads?name=${encodeURIComponent(file.name)}`));
    for (const [name, value] of Object.entries(changeHeaders())) request.setRequestHeader(name, value);
    request.setRequestHeader("content-type", file.type || "application/octet-stream");
    request.setRequestHeader("idempotency-key", key);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status === 201) resolve(answer as Upload);
      else reject(new Problem(request.status, answer ?? { code: "unexpected_answer", detail: `${request.status} ${request.statusText}` }));
    };
    request.onerror = () => reject(new Problem(0, { code: "unreachable" }));
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

function parsed(text: string): object | undefined {
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}
