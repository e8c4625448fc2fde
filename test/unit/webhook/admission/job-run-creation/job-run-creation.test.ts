import { expect, it } from 'vitest';
import { versionOfTemplate } from '../../../../../core/template/template-version.ts';
import {
  gatherJobRunCreation,
  jobRunCreationStages,
  type JobRunCreationOptions,
} from '../../../../../webhook/admission/job-run-creation/job-run-creation.ts';
import { runChecks } from '../../../../../webhook/admission/run-checks.ts';
import type { TemplateResolution } from '../../../../../webhook/lookups/template-resolver.ts';
import { echoTemplate } from '../../../core/objects.ts';
import { jobRunReview } from '../../reviews.ts';

const { signal } = new AbortController();

/** Everything that the checks look up, with a count of the calls. */
function lookups(found: TemplateResolution): { options: JobRunCreationOptions; calls: string[] } {
  const calls: string[] = [];
  const called = <T>(name: string, result: T) => {
    calls.push(name);
    return Promise.resolve(result);
  };
  const options: JobRunCreationOptions = {
    lookup: { names: () => [] },
    templates: { resolve: () => called('template', found), isCurrent: () => true },
    revisions: { list: () => called('list', []), touch: () => called('touch', true) },
    authorization: { refusalOfCreate: () => called('authorization', undefined) },
    dryRuns: { try: () => called('dryRun', { kind: 'accepted' as const, warnings: [] }) },
    groupRuns: { unfinished: () => Promise.resolve({ kind: 'known', names: [] }) },
    references: { warnings: () => called('references', []) },
    missingTemplate: 'Reject',
    callbacks: { allowedHosts: [], allowHttp: false, secrets: [] },
  };
  return { options, calls };
}

async function decide(found: TemplateResolution, spec: unknown = { templateRef: 'echo' }) {
  const { options, calls } = lookups(found);
  const creation = gatherJobRunCreation(jobRunReview(spec).request, options, signal);
  return { verdict: await runChecks(creation, jobRunCreationStages(options)), calls };
}

const found: TemplateResolution = { kind: 'found', template: versionOfTemplate(echoTemplate()) };

it('every lookup is done once, however many checks need it', async () => {
  const { verdict, calls } = await decide(found);
  expect(verdict).toMatchObject({ allowed: true });
  expect(calls.toSorted()).toEqual(['authorization', 'dryRun', 'references', 'template']);
});

it('a malformed JobRun is denied before anything is looked up', async () => {
  for (const spec of [null, 'echo', { args: 1 }]) {
    const { verdict, calls } = await decide(found, spec);
    expect(verdict).toMatchObject({ allowed: false });
    expect(calls).toEqual([]);
  }
});

it('no Job is checked if there is no template', async () => {
  const { verdict, calls } = await decide({ kind: 'missing' });
  expect(verdict).toMatchObject({ allowed: false });
  expect(calls.toSorted()).toEqual(['authorization', 'template']);
});
