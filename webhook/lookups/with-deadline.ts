/**
 * The result of the promise, or of `onTimeout` once the signal aborts. The promise itself is not cancelled.
 *
 * @throws what the promise rejects with, or what `onTimeout` throws.
 */
export async function withDeadline<T>(promise: Promise<T>, signal: AbortSignal, onTimeout: () => T): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => undefined);
    return onTimeout();
  }
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  const onAbort = (): void => {
    resolve(undefined);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const first = await Promise.race([promise.then((value) => ({ value })), aborted]);
    return first === undefined ? onTimeout() : first.value;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
