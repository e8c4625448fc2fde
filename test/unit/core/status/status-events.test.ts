import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import { statusEvents } from '../../../../core/status/status-events.ts';

function run(conditions: [type: string, status: string, reason?: string][], error?: string): JobRun {
  return {
    apiVersion: 'hematoscope.app/v1',
    kind: 'JobRun',
    metadata: { name: 'hello' },
    spec: { templateRef: 'echo' },
    status: {
      jobName: 'hello-1',
      conditions: conditions.map(([type, status, reason = '']) => ({
        type,
        status,
        reason,
        message: `because ${reason}`,
      })),
      ...(error !== undefined && { error }),
    },
  };
}

const nothing = run([]);
const bare: JobRun = { ...nothing };
delete bare.status;
const created = run([['JobCreated', 'True', 'JobCreated']]);
const complete = run([
  ['Complete', 'True'],
  ['JobCreated', 'True', 'JobCreated'],
  ['Finished', 'True', 'Completed'],
]);
const failed = run(
  [
    ['Failed', 'True'],
    ['JobCreated', 'True', 'JobCreated'],
    ['Finished', 'True', 'Failed'],
  ],
  'Job failed: x',
);
const lost = run(
  [
    ['Failed', 'True'],
    ['JobCreated', 'False', 'TemplateNotFound'],
    ['Finished', 'True', 'TemplateNotFound'],
  ],
  'no such',
);
const waiting = run([['JobCreated', 'False', 'WaitingForTemplate']]);

describe('statusEvents', () => {
  it.each<[string, JobRun, JobRun, [type: string, reason: string, note: string][]]>([
    ['reports the Job', nothing, created, [['Normal', 'JobCreated', 'Created Job hello-1']]],
    ['reports completion', created, complete, [['Normal', 'Completed', 'Job completed']]],
    ['reports failure', created, failed, [['Warning', 'Failed', 'Job failed: x']]],
    [
      'reports both if both were seen at once',
      nothing,
      complete,
      [
        ['Normal', 'JobCreated', 'Created Job hello-1'],
        ['Normal', 'Completed', 'Job completed'],
      ],
    ],
    ['reports once why there is no Job', nothing, lost, [['Warning', 'TemplateNotFound', 'no such']]],
    [
      'reports what the run waits for',
      nothing,
      waiting,
      [['Warning', 'WaitingForTemplate', 'because WaitingForTemplate']],
    ],
    [
      'reports another reason to wait',
      waiting,
      run([['JobCreated', 'False', 'Forbidden']]),
      [['Warning', 'Forbidden', 'because Forbidden']],
    ],
    [
      'reports an outcome that is not known as a warning',
      created,
      run(
        [
          ['JobCreated', 'True', 'JobCreated'],
          ['Finished', 'True', 'OutcomeUnknown'],
        ],
        'was deleted',
      ),
      [['Warning', 'OutcomeUnknown', 'was deleted']],
    ],
    [
      'reports a cancelled run as what a user wanted',
      created,
      run(
        [
          ['Failed', 'True', 'Cancelled'],
          ['JobCreated', 'True', 'JobCreated'],
          ['Finished', 'True', 'Cancelled'],
        ],
        'the JobRun was cancelled by anna',
      ),
      [['Normal', 'Cancelled', 'the JobRun was cancelled by anna']],
    ],
    [
      'reports a failure without an error by the message of its condition',
      created,
      run([
        ['Failed', 'True'],
        ['JobCreated', 'True', 'JobCreated'],
        ['Finished', 'True', 'Failed'],
      ]),
      [['Warning', 'Failed', 'because Failed']],
    ],
    ['reports nothing when the reason of what is true changes', created, run([['JobCreated', 'True', 'Adopted']]), []],
    ['reports nothing about a run without a status', bare, bare, []],
    ['reports the Job of a run that had no status', bare, created, [['Normal', 'JobCreated', 'Created Job hello-1']]],
    ['reports nothing twice', complete, complete, []],
    ['reports nothing twice about what the run waits for', waiting, waiting, []],
    ['reports no count', created, { ...created, status: { ...created.status, active: 1 } }, []],
  ])('%s', (_sentence, before, after, events) => {
    expect(statusEvents(before, after).map(({ type, reason, note }) => [type, reason, note])).toEqual(events);
  });

  it('names what the syncer did', () => {
    const actionsOf = (before: JobRun, after: JobRun) => statusEvents(before, after).map(({ action }) => action);
    expect(actionsOf(nothing, complete)).toEqual(['CreateJob', 'MirrorStatus']);
    expect(actionsOf(created, failed)).toEqual(['MirrorStatus']);
    expect(actionsOf(nothing, waiting)).toEqual(['CreateJob']);
  });
});
