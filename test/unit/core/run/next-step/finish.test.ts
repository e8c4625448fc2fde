import { describe, expect, it } from 'vitest';
import { nextStep } from '../../../../../core/run/next-step.ts';
import type { Situation } from '../../../../../core/run/situation.ts';
import { COMPLETE, FAILED, FOUND, NEW, NOT_READY, ownJob, RUNNING, situation, STARTED } from '../situations.ts';

const callback = { url: 'https://hooks.example.com', tokenSecretRef: { name: 'callback', key: 'token' } };
const OUTLINE = { runs: { callback } };

function written(more: Partial<Situation>): object {
  const step = nextStep(situation({ outline: OUTLINE, ...more }));
  if (step.kind !== 'writeStatus') throw new Error(`no status was written, but ${step.kind}`);
  return step.patch;
}

describe('the callback of the template', () => {
  it.each<[string, Partial<Situation>]>([
    ['succeeds', { run: RUNNING, job: ownJob(COMPLETE) }],
    ['fails', { run: RUNNING, job: ownJob(FAILED) }],
    ['fails without a Job', { template: { kind: 'lost', reason: 'TemplateDeleted', message: 'gone' } }],
  ])('is open from the moment at which the run %s', (_, more) => {
    expect(written(more)).toMatchObject({ callback: { state: 'Pending', attempts: 0, ...callback } });
  });

  it.each<[string, Partial<Situation>]>([
    [
      'starts',
      { run: NEW, job: ownJob(NOT_READY), template: FOUND, record: { created: { template: undefined, atMs: 0 } } },
    ],
    ['has its own', { run: { ...RUNNING, spec: { ...NEW.spec, callbackUrl: 'https://a.b' } }, job: ownJob(COMPLETE) }],
    ['clears it', { run: { ...RUNNING, spec: { ...NEW.spec, callbackUrl: '' } }, job: ownJob(COMPLETE) }],
    ['lost its template', { run: RUNNING, job: ownJob(COMPLETE), outline: undefined }],
  ])('does not count for a run that %s', (_, more) => {
    expect(written(more)).not.toHaveProperty('callback');
  });

  it('costs no write more', () => {
    expect(nextStep(situation({ outline: OUTLINE, run: RUNNING, job: ownJob(STARTED) }))).toEqual({ kind: 'nothing' });
  });
});
