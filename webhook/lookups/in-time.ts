/**
 * What the promise resolves to, or `otherwise` as soon as the signal aborts; the promise itself goes on.
 *
 * @throws what the promise rejects with, or what `otherwise` throws.
 */
export async function inTime<T>(promise: Promise<T>, signal: AbortSignal, otherwise: () => T): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => undefined);
    return otherwise();
  }
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  const onAbort = (): void => {
    resolve(undefined);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const first = await Promise.race([promise.then((value) => ({ value })), over]);
    return first === undefined ? otherwise() : first.value;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
