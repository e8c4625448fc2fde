import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Pauses a process for most of each tenth of a second, as a CPU limit does.
 *
 * @param share of the time in which the process runs, between 0 and 1
 * @returns a function that stops this, and resolves once the process runs without pauses.
 */
export function starve(target: { kill: (signal: NodeJS.Signals) => unknown }, share = 0.1): () => Promise<void> {
  const stopped = new AbortController();
  const starving = (async () => {
    while (!stopped.signal.aborted) {
      target.kill('SIGSTOP');
      await sleep(100 * (1 - share));
      target.kill('SIGCONT');
      await sleep(100 * share);
    }
  })();
  return async () => {
    stopped.abort();
    await starving;
  };
}
