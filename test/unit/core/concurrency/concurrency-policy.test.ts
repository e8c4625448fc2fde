import { describe, expect, it } from 'vitest';
import { concurrencyOf } from '../../../../core/concurrency/concurrency-policy.ts';

const QUEUE = { policy: 'Queue', limit: 1, group: undefined, maxQueued: 100, queueTimeoutSeconds: undefined };

describe('the concurrency of a template', () => {
  it.each<[string, unknown, unknown]>([
    ['is not limited without the field', undefined, undefined],
    ['is not limited with Allow', { policy: 'Allow', limit: 3 }, undefined],
    ['is not limited with a policy that nobody knows', { policy: 'Later' }, undefined],
    ['has defaults', { policy: 'Queue' }, QUEUE],
    [
      'is as declared',
      { policy: 'Queue', limit: 3, group: 'g', maxQueued: 0, queueTimeoutSeconds: 60 },
      { policy: 'Queue', limit: 3, group: 'g', maxQueued: 0, queueTimeoutSeconds: 60 },
    ],
    ['has the default for what is wrong', { policy: 'Queue', limit: 0, group: 7, maxQueued: -1 }, QUEUE],
    ['has bounds', { policy: 'Queue', limit: 1e6, maxQueued: 1e6 }, { ...QUEUE, limit: 250, maxQueued: 500 }],
  ])('%s', (_what, concurrency, expected) => {
    expect(concurrencyOf({ runs: { concurrency } })).toEqual(expected);
  });

  it('is not limited if the template does not exist, or has nothing for its runs', () => {
    expect(concurrencyOf(undefined)).toBeUndefined();
    expect(concurrencyOf({ runs: null })).toBeUndefined();
  });
});
