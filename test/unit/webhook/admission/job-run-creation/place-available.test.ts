import { expect, it, test, vi } from 'vitest';
import type { JobTemplate } from '../../../../../api/job-template.ts';
import { placeAvailable } from '../../../../../webhook/admission/job-run-creation/place-available.ts';
import { echoTemplate } from '../../../core/objects.ts';
import { jobRunCreation } from '../cases.ts';

type Concurrency = NonNullable<NonNullable<JobTemplate['runs']>['concurrency']>;

const found = async (concurrency: Concurrency | undefined, others: string[]) => {
  const template = { ...echoTemplate(), ...(concurrency && { runs: { concurrency } }) };
  const unfinished = vi.fn(() => Promise.resolve({ kind: 'known' as const, names: others }));
  const { errors = [] } = await placeAvailable({ groupRuns: { unfinished } })(jobRunCreation({}, {}, template));
  return { messages: errors.map(({ path, message }) => `${path}: ${message}`), asked: unfinished.mock.calls.length };
};

test.each<[string, Concurrency | undefined, string[], { messages: string[]; asked: number }]>([
  ['a run of a template without a limit costs no request', undefined, ['a'], { messages: [], asked: 0 }],
  ['nor one with the policy Allow', { policy: 'Allow' }, ['a'], { messages: [], asked: 0 }],
  ['Replace refuses nothing', { policy: 'Replace' }, ['a'], { messages: [], asked: 0 }],
  ['ReplaceQueued refuses nothing', { policy: 'ReplaceQueued' }, ['a'], { messages: [], asked: 0 }],
  ['Forbid admits a run while there is a place', { policy: 'Forbid', limit: 2 }, ['a'], { messages: [], asked: 1 }],
  [
    'Forbid refuses a run, and names the others',
    { policy: 'Forbid', limit: 2 },
    ['a', 'b'],
    {
      messages: [
        'spec.templateRef: Forbidden: JobTemplate "echo" permits 2 runs at a time; JobRuns "a", "b" are not finished',
      ],
      asked: 1,
    },
  ],
  [
    'a run that exists already is not refused because of itself',
    { policy: 'Forbid' },
    ['echo-hello'],
    { messages: [], asked: 1 },
  ],
  ['Queue admits a run that can wait', { policy: 'Queue', maxQueued: 1 }, ['a'], { messages: [], asked: 1 }],
  [
    'Queue refuses a run if the queue is full',
    { policy: 'Queue', maxQueued: 0 },
    ['a'],
    {
      messages: [
        'spec.templateRef: Forbidden: JobTemplate "echo" permits 1 run at a time, and 0 in the queue; JobRun "a" is not finished',
      ],
      asked: 1,
    },
  ],
])('%s', async (_what, concurrency, others, expected) => {
  expect(await found(concurrency, others)).toEqual(expected);
});

it.each<[Concurrency, string]>([
  [
    { policy: 'Forbid' },
    'JobTemplate "echo" permits 1 run at a time; the unfinished JobRuns could not be counted: reset; if there are too many, this JobRun fails with the reason ConcurrencyForbidden',
  ],
  [
    { policy: 'Queue', maxQueued: 3 },
    'JobTemplate "echo" permits 1 run at a time, and 3 in the queue; the unfinished JobRuns could not be counted: reset; if there are too many, this JobRun fails with the reason QueueFull',
  ],
])('%o admits a run with a warning if the others cannot be counted', async (concurrency, warning) => {
  const unfinished = () => Promise.resolve({ kind: 'unknown' as const, why: 'reset' });
  const creation = jobRunCreation({}, {}, { ...echoTemplate(), runs: { concurrency } });
  expect(await placeAvailable({ groupRuns: { unfinished } })(creation)).toEqual({ warnings: [warning] });
});
