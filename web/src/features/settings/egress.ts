// What a workspace may reach besides public addresses, as `EgressSettings` of the server reads it. Checked here too, since a
// wrong entry would stop every pipeline of the workspace.

export interface Egress {
  allow_private?: boolean;
  allow?: string[];
}

const IPV4 = /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;
const IPV6 = /^[0-9a-f:]*:[0-9a-f:.]*$/i;
const HOST = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;

export type Sort = "name" | "address" | "network" | "sockets";

/** What an entry allows; nothing when it cannot be read. */
export function sortOf(entry: string): Sort | undefined {
  const text = entry.trim();
  if (text.startsWith("/")) return text.length > 1 ? "sockets" : undefined;
  const network = /^([^/]+)\/(\d{1,3})$/.exec(text);
  if (network) {
    const [, address = "", bits = ""] = network;
    const most = IPV4.test(address) ? 32 : IPV6.test(address) ? 128 : -1;
    return Number(bits) <= most ? "network" : undefined;
  }
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text);
  if (bracketed) return IPV6.test(bracketed[1] ?? "") && isPort(bracketed[2]) ? "address" : undefined;
  if (IPV6.test(text) && text.split(":").length > 2) return "address";
  const [host = "", port, ...more] = text.split(":");
  if (more.length > 0 || !isPort(port)) return undefined;
  if (IPV4.test(host)) return "address";
  return HOST.test(host) && !/^[\d.]+$/.test(host) ? "name" : undefined;
}

function isPort(port: string | undefined): boolean {
  return port === undefined || (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535);
}
