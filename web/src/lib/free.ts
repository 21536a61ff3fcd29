/** An object of any shape, as the typed client writes such a body down. */
export function free(value: object): Record<string, never> {
  return value as Record<string, never>;
}
