import { describe, expect, it } from 'vitest';
import { momentOf, SYSTEM_CLOCK } from '../../../syncer/clock.ts';

describe('a moment', () => {
  it('has the time of both clocks', () => {
    expect(momentOf({ now: () => 5, monotonic: () => 7 })).toEqual({ epochMs: 5, monotonicMs: 7 });
  });

  it('of the system is after the start of the process', () => {
    const { epochMs, monotonicMs } = momentOf(SYSTEM_CLOCK);
    expect(epochMs).toBeGreaterThanOrEqual(performance.timeOrigin);
    expect(monotonicMs).toBeGreaterThan(0);
  });
});
