import { expect, it } from 'vitest';
import { jobRunUpdateStages } from '../../../../../webhook/admission/job-run-update/job-run-update.ts';
import { runChecks } from '../../../../../webhook/admission/run-checks.ts';
import { jobRunUpdate } from '../cases.ts';

const { calls, stages } = (() => {
  const calls: string[] = [];
  const stages = jobRunUpdateStages({
    templates: { resolve: () => (calls.push('template'), Promise.resolve({ kind: 'missing' as const })) },
    authorization: { refusalOfSuspend: () => (calls.push('authorization'), Promise.resolve(undefined)) },
  });
  return { calls, stages };
})();

it.each([
  ['a changed spec is denied without a lookup', { args: ['b'], suspend: true }, false, []],
  ['an unchanged spec needs no lookup', { args: ['a'] }, true, []],
  ['a cancellation needs no lookup', { args: ['a'], cancel: true }, true, []],
  [
    'a suspension needs the permission and the template',
    { args: ['a'], suspend: true },
    true,
    ['authorization', 'template'],
  ],
])('%s', async (_, after, allowed, lookups) => {
  calls.length = 0;
  expect(await runChecks(jobRunUpdate({ args: ['a'] }, after), stages)).toMatchObject({ allowed });
  expect(calls).toEqual(lookups);
});

it('an annotation that names no run is denied', async () => {
  const update = jobRunUpdate({}, {});
  const metadata = { ...update.run.metadata, annotations: { 'hematoscope.app/rerun-of': 'no name' } };
  expect(await runChecks({ ...update, run: { ...update.run, metadata } }, stages)).toMatchObject({ allowed: false });
});
