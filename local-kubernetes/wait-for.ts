import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Calls `check` until it returns something other than `undefined`, and returns that.
 *
 * @param what names what is awaited, for the error
 * @throws after `timeoutMilliseconds`, with the last error of `check` as its cause; or at once, if `failed` returns an
 * error.
 */
export async function waitFor<T>(
  what: string,
  check: () => Promise<T | undefined>,
  {
    timeoutMilliseconds = 60_000,
    intervalMilliseconds = 50,
    failed,
  }: { timeoutMilliseconds?: number; intervalMilliseconds?: number; failed?: () => Promise<Error | undefined> } = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMilliseconds;
  let lastError: unknown;
  while (performance.now() < deadline) {
    try {
      const result = await check();
      if (result !== undefined) return result;
    } catch (error) {
      lastError = error;
    }
    const failure = await failed?.();
    if (failure !== undefined) throw failure;
    await sleep(intervalMilliseconds);
  }
  const reason = lastError instanceof Error ? `: ${lastError.message}` : '';
  throw new Error(`timed out after ${timeoutMilliseconds / 1000} s waiting for ${what}${reason}`, { cause: lastError });
}
