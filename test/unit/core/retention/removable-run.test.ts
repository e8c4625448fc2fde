import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import { removableRun } from '../../../../core/retention/removable-run.ts';
import { ownRunOutline } from '../../../../syncer/controller/trimmed-objects.ts';
import { echoRun } from '../objects.ts';

const AT = '2026-11-28T12:00:00Z';
const finished = { type: 'Finished', status: 'True', lastTransitionTime: AT };
const complete = { type: 'Complete', status: 'True', lastTransitionTime: AT };
const failed = { type: 'Failed', status: 'True', lastTransitionTime: AT };

interface Parts {
  conditions: object[];
  metadata?: object;
  spec?: object;
  status?: object;
}

function runWith({ conditions, metadata = {}, spec = {}, status = {} }: Parts): JobRun {
  const run = echoRun(spec, { name: 'run', namespace: 'team', uid: 'uid-1' });
  return {
    ...run,
    metadata: { ...run.metadata, ...metadata },
    status: { conditions, ...status } as NonNullable<JobRun['status']>,
  };
}

const callbackUrl = 'https://hooks.example.com/';

describe('a finished run', () => {
  const cases: [string, Parts, string][] = [
    ['that completed is successful', { conditions: [complete, finished] }, 'successful'],
    ['that failed is failed', { conditions: [failed, finished] }, 'failed'],
    ['whose outcome is not known is failed', { conditions: [finished] }, 'failed'],
    [
      'whose callback was delivered counts',
      { conditions: [failed, finished], spec: { callbackUrl }, status: { callback: { state: 'Delivered' } } },
      'failed',
    ],
    [
      'whose callback was given up counts',
      { conditions: [complete, finished], spec: { callbackUrl }, status: { callback: { state: 'Failed' } } },
      'successful',
    ],
  ];
  it.each(cases)('%s, since it finished', (_what, parts, outcome) => {
    const expected = { outcome, finishedMs: Date.parse(AT) };
    expect(removableRun(runWith(parts))).toEqual(expected);
    expect(removableRun(ownRunOutline(runWith(parts)))).toEqual(expected);
  });
});

describe('a run is not removed', () => {
  const cases: [string, Parts][] = [
    ['that has not finished', { conditions: [complete] }],
    ['that is no longer finished', { conditions: [{ ...finished, status: 'False' }, complete] }],
    ['of which nobody knows when it finished', { conditions: [{ type: 'Finished', status: 'True' }] }],
    ['whose time is not a time', { conditions: [{ ...finished, lastTransitionTime: 'yesterday' }] }],
    ['that is being deleted', { conditions: [finished], metadata: { deletionTimestamp: AT } }],
    ['that is tracked', { conditions: [finished], metadata: { labels: { 'helm.toolkit.fluxcd.io/name': 'a' } } }],
    ['whose callback was never tried', { conditions: [finished], spec: { callbackUrl } }],
    [
      'whose callback is that of its template, and is not settled',
      { conditions: [finished], status: { callback: { state: 'Pending', attempts: 0, url: callbackUrl } } },
    ],
    [
      'whose callback is tried again',
      { conditions: [finished], spec: { callbackUrl }, status: { callback: { state: 'Pending' } } },
    ],
  ];
  it.each(cases)('%s', (_what, parts) => {
    expect(removableRun(runWith(parts))).toBeUndefined();
    expect(removableRun(ownRunOutline(runWith(parts)))).toBeUndefined();
  });
});
