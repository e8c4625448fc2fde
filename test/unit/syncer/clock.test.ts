import { describe, expect, it } from 'vitest';
import { ApiServerClock, momentOf, SYSTEM_CLOCK } from '../../../syncer/clock.ts';

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

describe('the clock of the API server', () => {
  const START = Date.parse('2026-11-29T10:00:00Z');
  /** A machine whose clock is wrong by some milliseconds, and an API server that is asked after others. */
  const given = (wrongMs: number) => {
    let passedMs = 0;
    const clock = new ApiServerClock({ now: () => START + passedMs + wrongMs, monotonic: () => passedMs });
    const pass = (ms: number): void => {
      passedMs += ms;
    };
    /** Header dates have whole seconds. */
    const answer = (serverWrongMs = 0): void => {
      clock.observed(new Date(START + passedMs + serverWrongMs).toUTCString());
    };
    return { clock, pass, answer, wrong: () => clock.now() - START - passedMs };
  };

  it('is that of the machine before the first answer', () => {
    const { clock, wrong } = given(3_600_000);
    expect(wrong()).toBe(3_600_000);
    clock.observed(undefined);
    clock.observed('nonsense');
    expect(wrong()).toBe(3_600_000);
  });

  it.each([0, 400])('is that of the machine while both agree within a second (%i ms)', (wrongMs) => {
    const { pass, answer, wrong } = given(wrongMs);
    for (let index = 0; index < 100; index += 1) {
      pass(137);
      answer();
      expect(wrong()).toBe(wrongMs);
    }
  });

  it.each([3_600_000, -3_600_000, 5_000, -5_000])('does not follow a machine that is wrong by %i ms', (wrongMs) => {
    const { pass, answer, wrong } = given(wrongMs);
    pass(900);
    answer();
    expect(wrong()).toBe(-900);
    // The more answers, the more accurate; and it never goes back.
    for (let index = 0; index < 100; index += 1) {
      pass(37);
      answer();
    }
    expect(wrong()).toBeGreaterThan(-50);
    expect(wrong()).toBeLessThanOrEqual(0);
    pass(3_600_000);
    expect(wrong()).toBeGreaterThan(-50);
  });

  it('follows the API server when its clock is set back or forward', () => {
    const { answer, wrong } = given(0);
    answer(-60_000);
    expect(wrong()).toBe(-60_000);
    answer(60_000);
    expect(wrong()).toBe(60_000);
    answer(0);
    expect(wrong()).toBe(0);
  });

  it('has the monotonic clock of the machine', () => {
    const { clock, pass } = given(0);
    pass(7);
    expect(clock.monotonic()).toBe(7);
  });
});
