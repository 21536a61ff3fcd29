/** Lets so many things happen at a time, in their order; what is not wanted any more when its turn comes does not begin. */
export function atMost(most: number) {
  let going = 0;
  const waiting: (() => void)[] = [];
  return async function turn<T>(deed: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (going < most) going++;
    else await new Promise<void>((begin) => waiting.push(begin));
    try {
      signal?.throwIfAborted();
      return await deed();
    } finally {
      // Whoever is next takes over the place.
      const next = waiting.shift();
      if (next) next();
      else going--;
    }
  };
}
