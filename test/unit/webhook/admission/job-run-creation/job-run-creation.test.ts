import { expect, it } from 'vitest';
import { versionOfTemplate } from '../../../../../core/template/template-version.ts';
import {
  gatherJobRunCreation,
  jobRunCreationStages,
  type JobRunCreationOptions,
} from '../../../../../webhook/admission/job-run-creation/job-run-creation.ts';
import { runChecks } from '../../../../../webhook/admission/run-checks.ts';
import { DryRunVerdicts } from '../../../../../webhook/lookups/dry-run-verdicts.ts';
import type { JobToTry } from '../../../../../webhook/lookups/job-to-try.ts';
import type { TemplateResolution } from '../../../../../webhook/lookups/template-resolver.ts';
import { echoTemplate } from '../../../core/objects.ts';
import { FakeApiServer, invalidJob } from '../../fake-api-server.ts';
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

/** The template, and how often a Job was rendered from it. */
function countedRenderings() {
  const template = versionOfTemplate(echoTemplate());
  const count = { renderings: 0 };
  const compiled = new Proxy(template.compiled, {
    get: (target, name) => {
      // Read once for each Job.
      if (name === 'sizePlan') count.renderings += 1;
      return Reflect.get(target, name, target) as unknown;
    },
  });
  const found: TemplateResolution = { kind: 'found', template: { ...template, compiled } };
  return { count, found };
}

it.each<[string, (() => void) | undefined]>([
  ['accepted', undefined],
  [
    'refused',
    () => {
      throw invalidJob('spec.template.spec.containers[0].args[0]', 'is wrong');
    },
  ],
])('a large Job that is %s is rendered once', async (what, onDryRun) => {
  const { count, found } = countedRenderings();
  const client = new FakeApiServer();
  if (onDryRun) client.onDryRun = onDryRun;
  const dryRuns = new DryRunVerdicts({ client, enabled: true, reuseSeconds: 10 });
  const options = { ...lookups(found).options, dryRuns };
  const { request } = jobRunReview({ templateRef: 'echo', args: ['x'.repeat(100_000)] });
  const verdict = await runChecks(gatherJobRunCreation(request, options, signal), jobRunCreationStages(options));
  expect(verdict).toMatchObject({ allowed: what === 'accepted' });
  expect(count.renderings).toBe(1);
});

it('a large Job that waits for its dry run is rendered once before and once after', async () => {
  const { count, found } = countedRenderings();
  const { options } = lookups(found);
  const dryRuns = {
    try: async (tried: JobToTry) => {
      tried.job();
      tried.release();
      await Promise.resolve();
      tried.job();
      return { kind: 'invalid' as const, errors: [] };
    },
  };
  const { request } = jobRunReview({ templateRef: 'echo', args: ['x'.repeat(100_000)] });
  const creation = gatherJobRunCreation(request, { ...options, dryRuns }, signal);
  await runChecks(creation, jobRunCreationStages({ ...options, dryRuns }));
  expect(count.renderings).toBe(2);
});
