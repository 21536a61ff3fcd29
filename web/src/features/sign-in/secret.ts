const STORED = "towpath-link";

/**
 * The secret of a link: what stands behind `#`, which browsers send to no server. It is kept for this tab, for whoever has
 * to sign in before the link can be used.
 */
export function linkSecret(): string {
  const secret = decodeURIComponent(location.hash.slice(1)) || (sessionStorage.getItem(STORED) ?? "");
  if (secret) sessionStorage.setItem(STORED, secret);
  return secret;
}

/** The link was used. */
export function forgetSecret(): void {
  sessionStorage.removeItem(STORED);
}
