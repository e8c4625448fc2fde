/** What the promise resolves to, or `otherwise` as soon as the signal aborts; the promise itself goes on. */
export async function inTime<T>(promise: Promise<T>, signal: AbortSignal, otherwise: () => T): Promise<T> {
  if (signal.aborted) return otherwise();
  const { promise: over, resolve } = Promise.withResolvers<T>();
  const onAbort = (): void => {
    resolve(otherwise());
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, over]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
