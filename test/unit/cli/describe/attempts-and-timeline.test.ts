import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import type { Job, Pod } from '../../../../api/wire.ts';
import { attemptTable } from '../../../../cli/describe/attempt-table.ts';
import { timelineRows } from '../../../../cli/describe/timeline.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString().replace('.000Z', 'Z');
const now = Date.parse(at(600));
const ended = (exitCode: number, from: number, to: number, reason?: string) => ({
  terminated: { exitCode, startedAt: at(from), finishedAt: at(to), ...(reason !== undefined && { reason }) },
});
const podOf = (
  name: string,
  created: number,
  parts: { spec?: object; status?: object; annotations?: object } = {},
): Pod =>
  ({
    metadata: { name, uid: name, creationTimestamp: at(created), annotations: parts.annotations },
    spec: { nodeName: 'node-1', containers: [{ name: 'main' }], ...parts.spec },
    status: { startTime: at(created), ...parts.status },
  }) as unknown as Pod;
const jobOf = (spec: object): Job => ({ metadata: { uid: 'job' }, spec }) as unknown as Job;
const container = (state: object, more: object = {}) => ({ name: 'main', restartCount: 0, state, ...more });

const first = podOf('a', 10, {
  status: { phase: 'Failed', containerStatuses: [container(ended(137, 12, 40, 'OOMKilled'))] },
});
const second = podOf('b', 50, {
  status: { phase: 'Running', containerStatuses: [container({ running: { startedAt: at(52) } })] },
});

describe('the attempts of a run', () => {
  const rowsOf = (job: Job, ...pods: Pod[]) => attemptTable(job, pods, now).rows;

  it('are its Pods in order, with exit codes', () => {
    expect(attemptTable(jobOf({}), [second, first], now)).toEqual({
      header: ['ATTEMPT', 'POD', 'NODE', 'DURATION', 'RESTARTS', 'RESULT'],
      rows: [
        ['1', 'a', 'node-1', '30s', '0', 'exit 137, OOMKilled'],
        ['2', 'b', 'node-1', '9m10s', '0', 'running'],
      ],
    });
  });

  it('are counted for each index of an Indexed Job', () => {
    const index = (number: number) => ({ annotations: { 'batch.kubernetes.io/job-completion-index': String(number) } });
    const { header, rows } = attemptTable(
      jobOf({ completionMode: 'Indexed', completions: 2, parallelism: 2 }),
      [podOf('a', 0, index(0)), podOf('b', 0, index(1)), podOf('c', 9, index(1))],
      now,
    );
    expect(header.slice(0, 2)).toEqual(['ATTEMPT', 'INDEX']);
    expect(rows.map((row) => row.slice(0, 3))).toEqual([
      ['1', '0', 'a'],
      ['1', '1', 'b'],
      ['2', '1', 'c'],
    ]);
  });

  it.each<[string, object, object, string]>([
    [
      'each container of several',
      { containers: [{ name: 'main' }, { name: 'side' }] },
      {
        phase: 'Succeeded',
        containerStatuses: [container(ended(0, 0, 5)), { ...container(ended(1, 0, 6)), name: 'side' }],
      },
      'main: exit 0; side: exit 1',
    ],
    [
      'the end before a restart',
      {},
      {
        phase: 'Running',
        containerStatuses: [container({ running: {} }, { restartCount: 1, lastState: ended(3, 0, 5) })],
      },
      'exit 3; running',
    ],
    [
      'an init container',
      { initContainers: [{ name: 'init' }] },
      { phase: 'Failed', initContainerStatuses: [{ ...container(ended(2, 0, 5)), name: 'init' }] },
      'init: exit 2',
    ],
    [
      'why it waits',
      {},
      { phase: 'Pending', containerStatuses: [container({ waiting: { reason: 'ImagePullBackOff' } })] },
      'ImagePullBackOff',
    ],
    ['why it was evicted', {}, { phase: 'Failed', reason: 'Evicted' }, 'Evicted'],
    ['a Pod without a status', {}, {}, 'pending'],
  ])('show %s', (_, spec, status, expected) => {
    expect(rowsOf(jobOf({}), podOf('a', 0, { spec, status }))[0]?.at(-1)).toBe(expected);
  });
});

describe('the timeline of a run', () => {
  it('has what happened to the run, its Job and its Pods, in order', () => {
    const run = {
      metadata: { name: 'report', creationTimestamp: at(0), annotations: { 'hematoscope.app/requested-by': 'anna' } },
      spec: { templateRef: 'report' },
      status: {
        phase: 'Failed',
        jobName: 'report-1',
        conditions: [
          { type: 'Finished', status: 'True', lastTransitionTime: at(90) },
          { type: 'FailureTarget', status: 'True', reason: 'BackoffLimitExceeded', lastTransitionTime: at(80) },
          { type: 'JobCreated', status: 'True', lastTransitionTime: at(1) },
          { type: 'Suspended', status: 'False', lastTransitionTime: at(2) },
          { type: 'Stalled', status: 'True', lastTransitionTime: at(90) },
        ],
      },
    } as unknown as JobRun;
    expect(timelineRows(run, [second, first]).map(([, after, what]) => `${after ?? ''} ${what ?? ''}`)).toEqual([
      '+0s created by anna',
      '+1s Job report-1 created',
      '+10s Pod a created',
      '+12s Pod a started',
      '+40s Pod a: main exit 137, OOMKilled',
      '+50s Pod b created',
      '+52s Pod b started',
      '+80s fails: BackoffLimitExceeded',
      '+90s finished: Failed',
    ]);
  });

  it('has only what is known', () => {
    expect(timelineRows({ metadata: {}, spec: { templateRef: 'x' } } as JobRun, [])).toEqual([]);
  });
});
