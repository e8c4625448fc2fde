import { describe, expect, it } from 'vitest';
import { KubeApiError, KubeConnectionError } from '../../../kube/api-error.ts';
import { Outage, pauseAfter } from '../../../syncer/outage.ts';

describe('an outage', () => {
  it('holds all work, longer with each fruitless round, until an answer comes', async () => {
    const holds: number[] = [];
    const outage = new Outage((ms) => holds.push(ms));
    outage.failed();
    outage.failed();
    expect(holds).toHaveLength(1); // those that failed together are one round
    await new Promise((resolve) => setTimeout(resolve, 110));
    outage.failed();
    expect(holds[1]).toBeGreaterThanOrEqual(100);
    outage.answered();
    await new Promise((resolve) => setTimeout(resolve, 210));
    outage.failed();
    expect(holds[2]).toBeLessThanOrEqual(100);
  });
});

describe('pauseAfter', () => {
  const refusal = (code: number, retryAfterSeconds?: number) =>
    new KubeApiError({ method: 'GET', path: '/', code, body: '{}', retryAfterSeconds });

  it.each([
    ['no answer at all', new KubeConnectionError('gone'), 0],
    ['a server that asks for a pause', refusal(429, 3), 3000],
    ['one that does not say for how long', refusal(429), 1000],
    ['an error of one object', refusal(500), undefined],
    ['a bug', new Error('bug'), undefined],
  ])('%s', (_what, error, ms) => {
    expect(pauseAfter(error)).toBe(ms);
  });
});
