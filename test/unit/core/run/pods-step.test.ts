import { describe, expect, it } from 'vitest';
import type { JobRunStatus } from '../../../../api/job-run.ts';
import type { Job, JobStatus } from '../../../../api/wire.ts';
import type { Observation } from '../../../../core/status/job-run-status.ts';
import { podsStep, seenOfPods, withLook } from '../../../../core/run/pods-step.ts';
import type { Situation } from '../../../../core/run/situation.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { echoRun, echoTemplate } from '../objects.ts';
import { ago, container, pod, running, unplaced } from '../pods/pods.ts';
import { FOUND, NOW, readingPods } from './situations.ts';

const STUCK: JobStatus = { startTime: ago(60), active: 1, ready: 0 };
const of = (status: JobStatus = STUCK, suspend = false): Job => ({ spec: { suspend, template: {} }, status });
const CRASHED = pod({
  containerStatuses: [
    container('echo', { ...running, restartCount: 1, lastState: { terminated: { exitCode: 3, reason: 'Error' } } }),
  ],
});
const UNPLACED = { pods: [unplaced({ message: 'no node has disk "quantum"' })] };

const look = (inMs: number, delayMs = 5_000) => ({ look: { atMs: NOW.monotonicMs + inMs, delayMs } });
const plan = (delayMs: number) => ({ kind: 'planLook', ...look(delayMs, delayMs) });
const waiting = (since: string) => ({ reason: 'Unschedulable', since });

describe('the Pods of a Job without a ready Pod', () => {
  it.each<[string, Partial<Situation>, JobRunStatus | undefined, unknown]>([
    ['are read after five seconds', {}, undefined, plan(5_000)],
    ['are not read before', { record: look(1) }, undefined, undefined],
    [
      'are read again after twice the time',
      { record: look(0) },
      undefined,
      { kind: 'readPods', job: of(), ...look(10_000, 10_000), purpose: 'look' },
    ],
    [
      'are read every 20 minutes in the end',
      { record: look(0, 1_000_000) },
      undefined,
      { kind: 'readPods', job: of(), ...look(1_200_000, 1_200_000), purpose: 'look' },
    ],
    ['are read once in an attempt', { record: look(0), answers: { pods: { pods: [] } } }, undefined, undefined],
    [
      'are not read again if they could not be',
      { record: look(0), answers: { pods: 'unknown' } },
      undefined,
      undefined,
    ],
    [
      'are read as late by a new syncer as the run has been waiting',
      {},
      { jobName: 'a', waiting: waiting(ago(60)) },
      plan(60_000),
    ],
    ['count from the Job, not from what the run waited for before', {}, { waiting: waiting(ago(60)) }, plan(5_000)],
    ['are read soon if it is not known since when the run waits', {}, { jobName: 'a' }, plan(5_000)],
    ['are not read without permission', { readsPods: false }, undefined, undefined],
    [
      'need the template if they say why: it knows what is secret',
      { record: look(0), answers: { pods: UNPLACED } },
      undefined,
      { kind: 'readTemplate' },
    ],
    [
      'need the template if a container has failed',
      { record: look(0), answers: { pods: { pods: [CRASHED] } } },
      undefined,
      { kind: 'readTemplate' },
    ],
    ['need no template a second time', { template: FOUND, answers: { pods: UNPLACED } }, undefined, undefined],
  ])('%s', (_sentence, given, status, step) => {
    expect(
      podsStep(readingPods({ ...given, run: { ...echoRun(), ...(status && { status }) } }), { kind: 'job', job: of() }),
    ).toEqual(step);
  });

  it.each<[string, Observation]>([
    ['has a ready Pod', { kind: 'job', job: of({ ...STUCK, ready: 1 }) }],
    ['is suspended', { kind: 'job', job: of(STUCK, true) }],
    ['is complete', { kind: 'job', job: of({ conditions: [{ type: 'Complete', status: 'True' }] }) }],
    ['was deleted', { kind: 'jobDeleted', jobName: 'a', message: 'b' }],
  ])('are not read once the Job %s', (_sentence, observation) => {
    expect(podsStep(readingPods(), observation)).toBeUndefined();
    expect(podsStep(readingPods({ record: look(0) }), observation)).toEqual({ kind: 'planLook', look: undefined });
  });
});

describe('what the Pods say', () => {
  it('is not known without a look', () => {
    expect(seenOfPods(readingPods())).toBeUndefined();
    expect(seenOfPods(readingPods({ answers: { pods: 'unknown' } }))).toBeUndefined();
  });

  it('is nothing if they start', () => {
    expect(seenOfPods(readingPods({ answers: { pods: { pods: [pod()] } } }))).toEqual({ started: false });
  });

  it('quotes no secret value', () => {
    const template = versionOfTemplate({ ...echoTemplate(), parameters: [{ name: 'disk', secret: true }] });
    const run = echoRun({ parameters: { disk: 'quantum-entangled' } });
    const pods = { pods: [unplaced({ message: 'no node has disk "quantum-entangled"' })] };
    const seen = seenOfPods(readingPods({ run, template: { kind: 'found', template }, answers: { pods } }));
    expect(seen?.wait?.message).toBe('Pod "report-1" cannot be scheduled: no node has disk "***"');
  });

  it('is only the reason if the template, which knows what is secret, no longer exists', () => {
    const seen = seenOfPods(readingPods({ template: { kind: 'missing' }, answers: { pods: UNPLACED } }));
    expect(seen).toEqual({ started: false, wait: { reason: 'Unschedulable', message: 'no details are known' } });
  });
});

describe('the next attempt', () => {
  it.each([
    ['is made for the next look', undefined, { afterMs: 2_000 }],
    ['is made earlier if something else is due', { afterMs: 1_000 }, { afterMs: 1_000 }],
    ['is made for a look before something else is due', { afterMs: 3_000 }, { afterMs: 2_000 }],
    ['is made when a failure is retried', 'retry' as const, 'retry'],
  ])('%s', (_sentence, again, expected) => {
    expect(withLook(again, readingPods({ record: look(2_000) }))).toEqual(expected);
  });

  it('is not made at once for a look that is due, and has its own time without a look', () => {
    expect(withLook(undefined, readingPods({ record: look(-5) }))).toEqual({ afterMs: 1 });
    expect(withLook({ afterMs: 7 }, readingPods())).toEqual({ afterMs: 7 });
  });
});
