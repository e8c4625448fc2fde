import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { KubeApiError, KubeConnectionError } from '../../../../kube/client/api-error.ts';
import { Outage } from '../../../../syncer/controller/outage.ts';

const refusal = (code: number, retryAfterSeconds?: number) =>
  new KubeApiError({ method: 'GET', path: '/', code, body: '{}', retryAfterSeconds });
const DENIAL = { kind: 'Status', message: 'admission webhook "w.example.com" denied the request: later' };
const denial = new KubeApiError({ method: 'POST', path: '/', code: 429, body: JSON.stringify(DENIAL) });
const noAnswer = new KubeConnectionError('gone');

describe('an outage', () => {
  function begin() {
    const holds: number[] = [];
    let now = 0;
    const advance = (ms: number) => (now += ms);
    const pauseAll = (ms: number) => void holds.push(ms);
    const outage = new Outage({ pauseAll, clock: { monotonic: () => now }, logger: pino({ level: 'silent' }) });
    const fail = (error: Error) => outage.failed(error, { run: 'default/echo' });
    const waitAfter = (error: Error) => (fail(error) as { afterMs: number }).afterMs;
    return { holds, outage, fail, waitAfter, advance };
  }

  it('needs more than one failure: a single failure only delays its own key', () => {
    const { holds, outage, fail } = begin();
    for (let i = 0; i < 20; i += 1) {
      expect(fail(refusal(429, 3))).toEqual({ afterMs: 3_000 });
      outage.observed('200');
      expect(fail(noAnswer)).toBe('retry');
      outage.observed('200');
    }
    expect(holds).toEqual([]);
  });

  it('holds all work after two failures in a row, for as long as the server requests', () => {
    const { holds, fail, waitAfter } = begin();
    fail(refusal(429, 3));
    expect(waitAfter(refusal(429, 3))).toBe(3_000);
    expect(holds).toEqual([3_000]);
  });

  it.each(['<error>', '429'])('does not end with %s', (code) => {
    const { holds, outage, fail } = begin();
    fail(noAnswer);
    outage.observed(code);
    fail(noAnswer);
    expect(holds).toHaveLength(1);
  });

  it('counts as one round for all failures while it is held, and they wait for its end', () => {
    const { holds, fail, waitAfter } = begin();
    fail(refusal(429, 2));
    fail(refusal(429, 2));
    const waitMs = waitAfter(noAnswer);
    expect(holds).toEqual([2_000]);
    expect(waitMs).toBeGreaterThan(1_000);
    expect(waitMs).toBeLessThanOrEqual(2_000);
  });

  it('holds longer with each failed round, until a response arrives', () => {
    const { holds, outage, fail, waitAfter, advance } = begin();
    fail(noAnswer);
    fail(noAnswer);
    expect(holds).toHaveLength(1);
    advance(100);
    fail(noAnswer);
    expect(holds[1]).toBeGreaterThanOrEqual(100);
    outage.observed('200');
    advance(200);
    fail(noAnswer);
    expect(waitAfter(noAnswer)).toBeLessThanOrEqual(100);
    expect(holds[2]).toBeLessThanOrEqual(100);
  });

  it.each([
    ['no response', noAnswer, 'retry'],
    ['a server that requests a pause', refusal(429, 3), { afterMs: 3_000 }],
    ['a server that requests a pause without a duration', refusal(429), { afterMs: 1_000 }],
  ])('begins with %s', (_what, error, result) => {
    expect(begin().fail(error)).toEqual(result);
  });

  it.each([
    ['an error of one object', refusal(500)],
    ['a denial by an admission webhook, whatever its code', denial],
    ['a bug', new Error('bug')],
  ])('is not %s', (_what, error) => {
    const { holds, fail } = begin();
    for (let i = 0; i < 3; i += 1) expect(() => fail(error)).toThrow(error);
    expect(holds).toEqual([]);
  });
});
