import { waitFor } from '../../local-kubernetes/wait-for.ts';

/** Waits until `ask` gives something else than undefined; at most a minute. */
export function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  return waitFor(what, ask, { timeoutMilliseconds: 60_000 });
}
