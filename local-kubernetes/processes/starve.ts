import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Stops a process for most of each tenth of a second, as a CPU limit does it.
 *
 * @param share of a core that is left to it, between 0 and 1
 * @returns ends it, and resolves when the process goes on without a break.
 */
export function starve(target: { kill: (signal: NodeJS.Signals) => unknown }, share = 0.1): () => Promise<void> {
  const over = new AbortController();
  const starving = (async () => {
    while (!over.signal.aborted) {
      target.kill('SIGSTOP');
      await sleep(100 * (1 - share));
      target.kill('SIGCONT');
      await sleep(100 * share);
    }
  })();
  return async () => {
    over.abort();
    await starving;
  };
}
