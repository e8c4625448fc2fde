import { describe, expect, it } from 'vitest';
import type { JobRunStatus } from '../../../../api/job-run.ts';
import { kstatusConditions } from '../../../../core/status/kstatus-conditions.ts';
import { echoRun } from '../objects.ts';

const EARLIER = '2026-11-23T10:00:00Z';
const NOW = '2026-11-23T11:00:00Z';
const condition = (type: string, status = 'True', reason = 'R') => ({ type, status, reason, message: 'm' });
const WAITING = { reason: 'Unschedulable', message: 'no node', since: EARLIER };

/** Reasons of the conditions, by type. */
const reasonsOf = (status: JobRunStatus): object =>
  Object.fromEntries(
    kstatusConditions(echoRun(), status, NOW).map(({ type, status: state, reason }) => [type, `${state} ${reason}`]),
  );

describe('what kstatus reads of a run', () => {
  it.each<[string, JobRunStatus, object]>([
    ['that has not started is that it is reconciled', { phase: 'Pending' }, { Reconciling: 'True Pending' }],
    ['that runs is that it is reconciled', { phase: 'Running' }, { Reconciling: 'True Running' }],
    ['that waits is why', { phase: 'Pending', waiting: WAITING }, { Reconciling: 'True Unschedulable' }],
    ['that ran and waits is why', { phase: 'Running', waiting: WAITING }, { Reconciling: 'True Unschedulable' }],
    ['that is suspended is nothing', { phase: 'Suspended' }, {}],
    ['that succeeded is nothing', { phase: 'Succeeded', conditions: [condition('Finished')] }, {}],
    ['whose outcome is not known is nothing', { phase: 'Unknown', conditions: [condition('Finished')] }, {}],
    [
      'that failed is that it is stalled, with the reason of the failure',
      { phase: 'Failed', conditions: [condition('Failed', 'True', 'JobDeleted'), condition('Finished')] },
      { Stalled: 'True JobDeleted' },
    ],
    [
      'whose conditions are False is that it is reconciled',
      { phase: 'Running', conditions: [condition('Failed', 'False'), condition('Finished', 'False')] },
      { Reconciling: 'True Running' },
    ],
    [
      'that succeeded with a condition that is False is nothing',
      { phase: 'Succeeded', conditions: [condition('Failed', 'False'), condition('Finished')] },
      {},
    ],
  ])('%s', (_sentence, status, expected) => {
    expect(reasonsOf(status)).toEqual(expected);
  });

  it('has the time since when it is so', () => {
    const known = { ...condition('Reconciling'), lastTransitionTime: EARLIER };
    const stored = { ...echoRun(), status: { conditions: [known] } };
    expect(kstatusConditions(stored, { phase: 'Running' }, NOW)).toMatchObject([{ lastTransitionTime: EARLIER }]);
    expect(kstatusConditions(echoRun(), { phase: 'Running' }, NOW)).toMatchObject([{ lastTransitionTime: NOW }]);
  });

  it('has the message of what the run waits for, or none', () => {
    expect(kstatusConditions(echoRun(), { waiting: WAITING }, NOW)).toMatchObject([{ message: 'no node' }]);
    expect(kstatusConditions(echoRun(), { waiting: { reason: 'R', since: NOW } }, NOW)).toMatchObject([
      { message: '' },
    ]);
  });
});
