import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import type { Job } from '../../../../api/wire.ts';
import { jobNameOfRun } from '../../../../core/job/ownership.ts';
import type { Answers, RunRecord } from '../../../../core/run/situation.ts';
import { templateOutline } from '../../../../core/template/outline.ts';
import type { TemplateOutline } from '../../../../core/template/outline.ts';
import type { TemplateKey } from '../../../../core/template/template-key.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { gather } from '../../../../syncer/run/gather.ts';
import { echoRun, echoTemplate } from '../../core/objects.ts';

const RUN = echoRun({}, { generation: 1 });
const NAME = jobNameOfRun(RUN);
const RULES = { policy: 'Reject', waitSeconds: 300 } as const;
const NOW = { epochMs: 1, monotonicMs: 2 };
const TEMPLATE = versionOfTemplate(echoTemplate());
const CREATED = { created: { template: undefined, atMs: 1 } };

function job(resourceVersion: string, uid = RUN.metadata.uid!): Job {
  const owner = { apiVersion: 'hematoscope.app/v1', kind: 'JobRun', name: 'echo-hello', uid, controller: true };
  return { metadata: { name: NAME, namespace: 'team', resourceVersion, ownerReferences: [owner] } };
}

interface Given {
  run?: JobRun;
  cachedJob?: Job;
  answers?: Answers;
  record?: RunRecord;
  template?: typeof TEMPLATE;
  mustRead?: boolean;
  outline?: TemplateOutline;
}

function gathered({ run = RUN, cachedJob, answers = {}, record = {}, template, mustRead = false, outline }: Given) {
  let lookups = 0;
  const context = {
    jobs: { get: (namespace = '', name = '') => (namespace === 'team' && name === NAME ? cachedJob : undefined) },
    templates: {
      outline: ({ namespace = '', name }: TemplateKey) =>
        namespace === 'team' && name === 'echo' ? outline : undefined,
      mustRead: () => mustRead,
      cached: () => {
        lookups += 1;
        return template;
      },
    },
    records: { get: () => record },
    places: { look: () => undefined },
    rules: RULES,
    pods: { isPermitted: true, keepsLogEnds: true },
  };
  return { ...gather(context, run, answers, NOW), lookups };
}

describe('the situation of a run', () => {
  it('contains what it was given and what is remembered', () => {
    const record = { appliedGeneration: 2 };
    const answers = { changeFailed: true };
    expect(gathered({ record, answers })).toMatchObject({
      ...{ run: RUN, now: NOW, record, answers, rules: RULES },
      readsPods: true,
      keepsLogEnds: true,
    });
  });

  it('contains how the present template treats its runs', () => {
    const outline = templateOutline({ ...echoTemplate(), runs: { callback: { url: 'https://hooks.example.com' } } });
    expect(gathered({ outline }).outline).toBe(outline);
    expect(gathered({}).outline).toBeUndefined();
  });

  it.each<[string, Given, string | undefined, boolean]>([
    ['its Job from the cache', { cachedJob: job('5') }, '5', true],
    ['its Job as the API server returned it', { answers: { job: job('5') } }, '5', false],
    ['the newer response', { cachedJob: job('5'), answers: { job: job('10') } }, '10', true],
    ['the newer Job of the cache', { cachedJob: job('10'), answers: { job: job('5') } }, '10', true],
    ['no cached Job of another owner', { cachedJob: job('5', 'other') }, undefined, false],
    ['no Job of another owner that was read', { answers: { job: job('5', 'other') } }, undefined, false],
    [
      "its Job that was read, even if another owner's Job is cached",
      { cachedJob: job('9', 'x'), answers: { job: job('5') } },
      '5',
      false,
    ],
    ['no Job if there is none', { answers: { job: 'none' } }, undefined, false],
  ])('contains %s', (_what, given, resourceVersion, watched) => {
    const situation = gathered(given);
    expect(situation.job?.metadata?.resourceVersion).toBe(resourceVersion);
    expect(situation.isJobWatched).toBe(watched);
  });

  it.each<[string, Partial<Given>]>([
    ['the status has', { run: { ...RUN, status: { jobName: NAME, jobUid: 'its-job' } } }],
    ['was created a moment ago', { record: { created: { ...CREATED.created, uid: 'its-job' } } }],
  ])('contains no Job with another uid than %s', (_sentence, given) => {
    const withUid = (uid: string): Job => ({ ...job('5'), metadata: { ...job('5').metadata, uid } });
    for (const where of [(it: Job) => ({ cachedJob: it }), (it: Job) => ({ answers: { job: it } })]) {
      expect(gathered({ ...given, ...where(withUid('its-job')) }).job).toBeDefined();
      expect(gathered({ ...given, ...where(withUid('made-by-hand')) }).job).toBeUndefined();
    }
  });

  it('contains the Job that the status names', () => {
    expect(gathered({ run: { ...RUN, status: { jobName: 'other' } }, cachedJob: job('5') }).job).toBeUndefined();
  });

  const found = { kind: 'found', template: TEMPLATE };
  const withJob = { ...RUN, status: { jobName: NAME, observedGeneration: 1 } };
  it.each<[string, Given, unknown]>([
    ['the template from the caches', { template: TEMPLATE }, found],
    ['the template that was read', { answers: { template: { kind: 'missing' } } }, { kind: 'missing' }],
    [
      'the template of the caches rather than the one that was read',
      { template: TEMPLATE, answers: { template: { kind: 'missing' } } },
      found,
    ],
    ['no template that was not read', {}, undefined],
    [
      'no template of the caches if the run must be judged by the present one',
      { template: TEMPLATE, mustRead: true },
      undefined,
    ],
    [
      'the template that was read if the run must be judged by the present one',
      { template: TEMPLATE, mustRead: true, answers: { template: { kind: 'missing' } } },
      { kind: 'missing' },
    ],
    [
      'the template after spec.suspend changed',
      { run: { ...withJob, metadata: { ...RUN.metadata, generation: 2 } }, template: TEMPLATE },
      found,
    ],
    [
      'the template after spec.suspend changed before the first status',
      {
        run: { ...RUN, metadata: { ...RUN.metadata, generation: 2 } },
        record: { ...CREATED, appliedGeneration: 1 },
        template: TEMPLATE,
      },
      found,
    ],
  ])('contains %s', (_what, given, template) => {
    expect(gathered(given).template).toEqual(template);
  });

  it('contains the template once Pods were read: it knows what is secret', () => {
    expect(gathered({ run: withJob, template: TEMPLATE, answers: { pods: { pods: [] } } }).template).toEqual(found);
  });

  it.each<[string, Given]>([
    ['whose status names its Job', { run: withJob }],
    ['whose Job was just created', { record: CREATED }],
  ])('does not look up the template of a run %s', (_what, given) => {
    expect(gathered({ ...given, template: TEMPLATE })).toMatchObject({ template: undefined, lookups: 0 });
  });
});
