import { describe, expect, it } from 'vitest';
import { newInstance } from '../../../syncer/start-syncer.ts';

/** Everything else is tested with a real API server, in test/integration/syncer.test.ts. */
describe('the name of a syncer process', () => {
  it('begins with the name of the Pod, and changes with each restart', () => {
    const names = Array.from({ length: 10 }, () => newInstance({ podName: 'syncer-0' }));
    for (const name of names) expect(name).toMatch(/^syncer-0_[0-9a-f]{8}$/);
    expect(new Set(names).size).toBe(10);
  });
});
