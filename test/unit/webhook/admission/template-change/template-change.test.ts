import { expect, it } from 'vitest';
import type { AdmissionRequest } from '../../../../../api/admission-review.ts';
import type { Job } from '../../../../../api/wire.ts';
import {
  gatherTemplateChange,
  isContentUnchanged,
  templateChangeStages,
} from '../../../../../webhook/admission/template-change/template-change.ts';
import { runChecks } from '../../../../../webhook/admission/run-checks.ts';
import type { JobToTry } from '../../../../../webhook/lookups/job-to-try.ts';
import { ECHO_SPEC, jobTemplateReview } from '../../reviews.ts';

const { signal } = new AbortController();

async function decide(request: AdmissionRequest) {
  const jobs: Job[] = [];
  const options = {
    dryRuns: {
      try: (tried: JobToTry) => {
        jobs.push(tried.job());
        return Promise.resolve({ kind: 'accepted' as const, warnings: [] });
      },
    },
    unfinishedRuns: { warnings: () => Promise.resolve(['3 JobRuns']) },
    clusterNamespace: 'system',
    callbacks: { allowedHosts: ['hooks.example.com'], allowHttp: false, secrets: [] },
  };
  const change = gatherTemplateChange(request, options, signal);
  return { verdict: await runChecks(change, templateChangeStages(options)), jobs };
}

it('a Job with samples is checked in the namespace of the template', async () => {
  const { verdict, jobs } = await decide(jobTemplateReview(ECHO_SPEC).request);
  expect(verdict).toEqual({ allowed: true, warnings: [] });
  expect(jobs.map(({ metadata }) => metadata?.namespace)).toEqual(['team']);
});

it('a ClusterJobTemplate is checked in the namespace of the webhook', async () => {
  const request = jobTemplateReview(ECHO_SPEC).request;
  delete request.namespace;
  expect((await decide(request)).jobs.map(({ metadata }) => metadata?.namespace)).toEqual(['system']);
});

it('a callback that is not permitted is reported with the other errors', async () => {
  const request = jobTemplateReview({ template: { spec: { containers: [] } } }).request;
  Object.assign(request.object as object, { runs: { callback: { url: 'https://evil.example.org' } } });
  const { verdict } = await decide(request);
  expect(verdict).toMatchObject({ allowed: false });
  expect(JSON.stringify(verdict)).toMatch(
    /runs\.callback\.url.*spec\.template\.spec\.containers|containers.*runs\.callback\.url/,
  );
});

it('the unfinished JobRuns are mentioned only if the update is allowed', async () => {
  const good = jobTemplateReview(ECHO_SPEC, {}, { operation: 'UPDATE' }).request;
  expect((await decide(good)).verdict).toEqual({ allowed: true, warnings: ['3 JobRuns'] });
  const spec = { template: { spec: { containers: [] } } };
  const { verdict, jobs } = await decide(jobTemplateReview(spec, {}, { operation: 'UPDATE' }).request);
  expect(verdict).toMatchObject({ allowed: false, warnings: [] });
  expect(jobs).toEqual([]);
});

it.each([
  ['the same content', 'UPDATE', { metadata: {}, spec: ECHO_SPEC }, true],
  ['another spec', 'UPDATE', { metadata: {}, spec: { ...ECHO_SPEC, backoffLimit: 1 } }, false],
  ['other parameters', 'UPDATE', { metadata: {}, spec: ECHO_SPEC, parameters: [] }, false],
  ['other overrides', 'UPDATE', { metadata: {}, spec: ECHO_SPEC, overrides: { allow: [] } }, false],
  ['another callback', 'UPDATE', { metadata: {}, spec: ECHO_SPEC, runs: { callback: { url: 'https://a.b' } } }, false],
  ['another retention', 'UPDATE', { metadata: {}, spec: ECHO_SPEC, runs: { retention: {} } }, false],
  ['other revisions', 'UPDATE', { metadata: {}, spec: ECHO_SPEC, revisions: { allow: 'Present' } }, false],
  ['another jobMetadata', 'UPDATE', { metadata: {}, spec: ECHO_SPEC, jobMetadata: {} }, false],
  ['other metadata and another status', 'UPDATE', { metadata: { labels: {} }, spec: ECHO_SPEC, status: {} }, true],
  ['an unknown field before', 'UPDATE', { metadata: {}, spec: ECHO_SPEC, overides: {} }, false],
  ['no old object', 'UPDATE', null, false],
  ['a creation', 'CREATE', { metadata: {}, spec: ECHO_SPEC }, false],
] as const)('isContentUnchanged: %s', (_, operation, oldObject, expected) => {
  expect(isContentUnchanged(jobTemplateReview(ECHO_SPEC, {}, { operation, oldObject }).request)).toBe(expected);
});
