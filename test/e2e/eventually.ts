import { waitFor } from '../../local-kubernetes/wait-for.ts';

/** Calls `ask` until it returns something other than undefined, for at most a minute. */
export function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  return waitFor(what, ask, { timeoutMilliseconds: 60_000 });
}
