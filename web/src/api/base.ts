/** Path below which the server answers, without a slash at the end: "" or "/towpath". */
export const basePath = new URL(document.baseURI).pathname.replace(/\/+$/, "");

/** Address of something that the server serves, for links and downloads. */
export function serverUrl(path: string): string {
  return basePath + path;
}
