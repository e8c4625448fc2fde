import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks until the answer is something else than `undefined`, and gives that back.
 *
 * @param what names the awaited thing in the error
 * @throws after `timeoutMilliseconds`, with the last error of `ask` as its cause; at once if `failed` gives an error.
 */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  {
    timeoutMilliseconds = 60_000,
    intervalMilliseconds = 50,
    failed,
  }: { timeoutMilliseconds?: number; intervalMilliseconds?: number; failed?: () => Promise<Error | undefined> } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMilliseconds;
  let lastError: unknown;
  while (Date.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      lastError = error;
    }
    const failure = await failed?.();
    if (failure !== undefined) throw failure;
    await sleep(intervalMilliseconds);
  }
  const reason = lastError instanceof Error ? `: ${lastError.message}` : '';
  throw new Error(`${what} did not come within ${timeoutMilliseconds / 1000} s${reason}`, { cause: lastError });
}
