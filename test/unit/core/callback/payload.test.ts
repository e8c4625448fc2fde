import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import { callbackId, callbackPayload, eventHeaders } from '../../../../core/callback/payload.ts';
import { echoRun } from '../objects.ts';

const UID = '9d6f1f0a-3a52-4a5b-9d0e-2f5d3f1f7a01';
const TIME = '2026-11-28T12:00:00Z';
const condition = (type: string, reason: string, message: string, status = 'True') => ({
  ...{ type, status, reason, message },
  lastTransitionTime: TIME,
});

function finished(conditions: object[], status: object = {}): JobRun {
  const run = echoRun({ templateRevision: '0123456789' }, { annotations: { 'hematoscope.app/requested-by': 'jane' } });
  return { ...run, status: { conditions, ...status } as NonNullable<JobRun['status']> };
}

describe('the body of a callback', () => {
  it('of a run that succeeded', () => {
    const run = finished(
      [
        condition('Complete', 'CompletionsReached', 'Reached expected number of succeeded pods'),
        condition('Finished', 'Completed', 'CompletionsReached: Reached'),
      ],
      {
        phase: 'Succeeded',
        startTime: TIME,
        completionTime: TIME,
        results: { rows: 7 },
        template: { revision: 'abcdef0123', generation: 1, uid: 'u' },
      },
    );
    expect(callbackPayload(run)).toEqual({
      name: 'echo-hello',
      namespace: 'team',
      status: 'Complete',
      reason: 'CompletionsReached',
      message: 'Reached expected number of succeeded pods',
      uid: UID,
      phase: 'Succeeded',
      template: { kind: 'JobTemplate', name: 'echo' },
      revision: 'abcdef0123',
      startTime: TIME,
      completionTime: TIME,
      results: { rows: 7 },
      requester: 'jane',
    });
  });

  it('of a run that failed', () => {
    const failure = { reason: 'OOMKilled', exitCode: 137 };
    const run = finished(
      [condition('Failed', 'BackoffLimitExceeded', 'reached the limit'), condition('Finished', 'Failed', 'x')],
      { phase: 'Failed', failure },
    );
    expect(callbackPayload(run)).toMatchObject({
      status: 'Failed',
      reason: 'BackoffLimitExceeded',
      message: 'reached the limit',
      phase: 'Failed',
      revision: '0123456789',
      failure,
    });
  });

  it.each([
    ['that never had a Job', [condition('Failed', 'JobRefused', 'no quota')], 'JobRefused', 'no quota'],
    ['whose outcome is not known', [condition('Finished', 'OutcomeUnknown', 'gone')], 'OutcomeUnknown', 'gone'],
    ['with another condition', [condition('Complete', 'x', 'x', 'False')], '', ''],
  ])('of a run %s', (_, conditions, reason, message) => {
    expect(callbackPayload(finished(conditions))).toMatchObject({ status: 'Failed', reason, message });
  });

  it('has no field that the run does not have, and no token', () => {
    const run: JobRun = {
      ...echoRun({ callbackToken: 'the-token', callbackUrl: 'https://example.com/?key=secret' }),
      status: { conditions: [] },
    };
    expect(Object.keys(callbackPayload(run))).toEqual([
      'name',
      'namespace',
      'status',
      'reason',
      'message',
      'uid',
      'template',
    ]);
    expect(JSON.stringify(callbackPayload(run))).not.toMatch(/the-token|secret/);
  });
});

describe('the attributes of the event', () => {
  it('are those of CloudEvents 1.0', () => {
    expect(eventHeaders(finished([condition('Finished', 'Completed', 'x')]))).toEqual({
      'ce-specversion': '1.0',
      'ce-type': 'app.hematoscope.jobrun.finished',
      'ce-source': '/apis/hematoscope.app/v1/namespaces/team/jobruns',
      'ce-subject': 'echo-hello',
      'ce-id': `${UID}-finished`,
      'ce-time': TIME,
    });
  });

  it('have the same id whatever has changed since', () => {
    const [before, after] = [finished([]), finished([], { callback: { state: 'Pending', attempts: 3 } })];
    expect(callbackId(before)).toBe(callbackId(after));
    expect(eventHeaders(before)).not.toHaveProperty('ce-time');
  });
});
