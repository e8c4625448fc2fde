import { expect, it } from 'vitest';
import { referencesExist } from '../../../../../webhook/admission/job-run-creation/references-exist.ts';
import type { DryRunOutcome } from '../../../../../webhook/lookups/dry-run.ts';
import { jobRunCreation } from '../cases.ts';

const check = referencesExist({ references: { warnings: () => Promise.resolve(['missing']) } });

it.each<[string, DryRunOutcome, string[]]>([
  ['accepts', { kind: 'accepted', warnings: [] }, ['missing']],
  ['cannot check', { kind: 'unknown', why: 'late' }, ['missing']],
  ['finds invalid', { kind: 'invalid', errors: [] }, []],
  ['refuses', { kind: 'forbidden', message: 'quota' }, []],
])('the missing objects of a Job that the API server %s', async (_, outcome, warnings) => {
  expect(await check(jobRunCreation({}, { dryRun: () => Promise.resolve(outcome) }))).toEqual({ warnings });
});

it('a JobRun without a Job references nothing', async () => {
  expect(await check(jobRunCreation({ image: 'not allowed' }))).toEqual({});
  expect(await check(jobRunCreation({}, { rendering: () => Promise.resolve(undefined) }))).toEqual({});
});

it('the objects are requested while the dry run is running', async () => {
  const { promise, resolve } = Promise.withResolvers<DryRunOutcome>();
  const references = {
    warnings: () => {
      resolve({ kind: 'accepted', warnings: [] });
      return Promise.resolve(['missing']);
    },
  };
  const creation = jobRunCreation({}, { dryRun: () => promise });
  expect(await referencesExist({ references })(creation)).toEqual({ warnings: ['missing'] });
});
