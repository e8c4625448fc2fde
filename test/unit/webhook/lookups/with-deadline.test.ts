import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { withDeadline } from '../../../../webhook/lookups/with-deadline.ts';

const never = new Promise<string>(() => undefined);
const tooLate = (): string => 'too late';

test('returns the result that arrives before the signal', async () => {
  expect(await withDeadline(Promise.resolve('here'), new AbortController().signal, tooLate)).toBe('here');
});

test('returns the other result as soon as the signal aborts', async () => {
  const controller = new AbortController();
  const waiting = withDeadline(never, controller.signal, tooLate);
  controller.abort();
  expect(await waiting).toBe('too late');
});

test('does not wait if the signal is already aborted, and ignores a later failure', async () => {
  const { promise, reject } = Promise.withResolvers<string>();
  expect(await withDeadline(promise, AbortSignal.abort(), tooLate)).toBe('too late');
  reject(new Error('nobody handles this'));
});

test('throws what the promise rejects with, and what the timeout throws', async () => {
  const failing = Promise.reject(new Error('no'));
  await expect(withDeadline(failing, new AbortController().signal, tooLate)).rejects.toThrow('no');
  const overdue = withDeadline(never, AbortSignal.abort(), () => {
    throw new Error('overdue');
  });
  await expect(overdue).rejects.toThrow('overdue');
});

test.each([
  ['a result', () => Promise.resolve('here')],
  ['a failure', () => Promise.reject(new Error('no'))],
])('leaves no listener at the signal after %s', async (_, work) => {
  const { signal } = new AbortController();
  await withDeadline(work(), signal, tooLate).catch(() => undefined);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
