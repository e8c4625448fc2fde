import { describe, expect, it } from 'vitest';
import { sleep } from '../../../../kube/controller/sleep.ts';

describe('sleep', () => {
  it('waits for the given time', async () => {
    const order: string[] = [];
    const slept = sleep(1, new AbortController().signal).then(() => order.push('slept'));
    order.push('waiting');
    await slept;
    expect(order).toEqual(['waiting', 'slept']);
  });

  it.each(['before', 'during'])('resolves without an error when the signal aborts %s the wait', async (when) => {
    const abort = new AbortController();
    if (when === 'before') abort.abort();
    const slept = sleep(2 ** 30, abort.signal);
    abort.abort();
    await expect(slept).resolves.toBeUndefined();
  });

  it('passes on other errors', async () => {
    await expect(sleep('soon' as unknown as number, new AbortController().signal)).rejects.toThrow(TypeError);
  });
});
