import { expect, it } from 'vitest';
import { revisionInUse } from '../../../../../webhook/admission/job-run-creation/revision-in-use.ts';
import { echoTemplate } from '../../../core/objects.ts';
import { jobRunCreation } from '../cases.ts';

const OLD = '0123456789';

/** What the check finds, and which revisions it marked. */
async function check(creation = jobRunCreation({ templateRevision: OLD }), exists: boolean | Error = true) {
  const touched: string[] = [];
  const revisions = {
    touch: (_key: unknown, revision: string) => {
      touched.push(revision);
      return exists instanceof Error ? Promise.reject(exists) : Promise.resolve(exists);
    },
    list: (_key: unknown, options?: { owner?: string }) => Promise.resolve([options?.owner ?? 'of any template']),
  };
  const templates = {
    resolve: () => Promise.reject(new Error('not needed')),
    isCurrent: (_run: unknown, revision: string) => revision === 'current',
  };
  return { found: await revisionInUse({ templates, revisions })(creation), touched };
}

it('marks an old revision', async () => {
  expect(await check()).toEqual({ found: {}, touched: [OLD] });
});

it('marks nothing for the current revision, for no revision and in a dry run', async () => {
  const creation = jobRunCreation({ templateRevision: OLD });
  const dryRun = { ...creation, request: { ...creation.request, dryRun: true } };
  for (const each of [jobRunCreation({ templateRevision: 'current' }), jobRunCreation(), dryRun]) {
    expect(await check(each)).toEqual({ found: {}, touched: [] });
  }
});

it('a deleted revision is an error, with the existing ones of the template', async () => {
  const { found } = await check(undefined, false);
  expect(found.errors).toMatchObject([{ path: 'spec.templateRevision', reason: 'FieldValueNotFound' }]);
  expect(found.errors?.[0]?.message).toContain(`"${echoTemplate().metadata.uid}"`);
});

it('lists all revisions if the template could not be read', async () => {
  const template = () => Promise.resolve({ kind: 'unknown', why: 'timeout' } as const);
  const { found } = await check(jobRunCreation({ templateRevision: OLD }, { template }), false);
  expect(found.errors?.[0]?.message).toContain('"of any template"');
});

it('a failed lookup is a warning', async () => {
  expect((await check(undefined, new Error('timeout'))).found).toEqual({
    warnings: ['the revision that this JobRun names could not be marked as used: timeout'],
  });
});
