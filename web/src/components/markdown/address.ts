/** Where a link of a page leads. */
export type Address =
  | { kind: "outside"; href: string }
  | { kind: "page"; path: string; hash: string | undefined }
  | { kind: "here"; hash: string }
  | { kind: "interface" }
  | { kind: "nowhere" };

/** `base` is the path of the page that holds the link, for example `guides/loading`. */
export function addressOf(href: string, base: string): Address {
  if (/^(https?:|mailto:)/i.test(href)) return { kind: "outside", href };
  if (href.startsWith("#")) return { kind: "here", hash: href.slice(1) };
  // Other schemes, such as `javascript:`, and other hosts are followed by nobody.
  if (/^[a-z][a-z0-9+.-]*:/i.test(href) || href.startsWith("//") || href.includes("\\")) return { kind: "nowhere" };
  const [file = "", hash] = href.split("#");
  const parts = file.startsWith("/") ? [] : base.split("/").slice(0, -1);
  for (const part of file.replace(/^\/(help\/)?/, "").split("/")) {
    if (part === "..") {
      // What is above the documents, such as examples, is not served.
      if (parts.length === 0) return { kind: "nowhere" };
      parts.pop();
    } else if (part && part !== ".") parts.push(part);
  }
  // Each reader is shown a page in their language, where there is one; its address is the same in all.
  if (parts[0] === "fr") parts.shift();
  const path = parts.join("/");
  // Decisions and pictures are for those who build Towpath; they are not served.
  if (parts[0] === "adr" || parts[0] === "screenshots") return { kind: "nowhere" };
  if (path === "reference/openapi.json") return { kind: "interface" };
  if (!/\.md$/.test(path) && !/(^|\/)[^.]*$/.test(path)) return { kind: "nowhere" };
  return { kind: "page", path: path.replace(/\.md$/, ""), hash: hash || undefined };
}
