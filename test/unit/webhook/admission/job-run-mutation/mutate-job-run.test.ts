import fc from 'fast-check';
import jsonPatchLibrary from 'fast-json-patch';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AdmissionRequest } from '../../../../../api/admission-review.ts';
import type { JobRun } from '../../../../../api/job-run.ts';
import type { JobTemplate } from '../../../../../api/job-template.ts';
import { templateRevision } from '../../../../../core/template/template-revision.ts';
import { ObjectCache } from '../../../../../kube/watch/cache.ts';
import { echoTemplate } from '../../../core/objects.ts';
import { decidersWith } from '../../deciders.ts';
import { FakeApiServer, noAnswer } from '../../fake-api-server.ts';
import { jobRunReview } from '../../reviews.ts';

const REVISION = templateRevision(echoTemplate());
const LABELS = { 'hematoscope.app/job-template': 'echo' };
const HOLD = { 'hematoscope.app/restored': 'Hold' };
const ANNOTATIONS = { 'hematoscope.app/requested-by': 'jane' };

let apiServer: FakeApiServer;

beforeEach(() => {
  apiServer = new FakeApiServer();
  apiServer.templates.set('team/echo', echoTemplate());
});

const mutate = async (request: AdmissionRequest) =>
  decidersWith({ client: apiServer }).mutate(request, AbortSignal.timeout(1000));

async function mutated(request: AdmissionRequest): Promise<JobRun> {
  const verdict = await mutate(request);
  const patch = verdict.allowed ? (verdict.patch ?? []) : [];
  return jsonPatchLibrary.applyPatch(structuredClone(request.object as JobRun), patch).newDocument;
}

describe('a new JobRun', () => {
  it('gets the revision of its template, its label and its requester, and the revision is stored', async () => {
    const run = await mutated(jobRunReview({ templateRef: 'echo' }).request);
    expect(run.spec.templateRevision).toBe(REVISION);
    expect(run.metadata).toMatchObject({ labels: LABELS, annotations: ANNOTATIONS });
    expect([...apiServer.revisions.keys()]).toEqual([`echo-${REVISION}`]);
  });

  it('gets the same in a dry run, which writes nothing', async () => {
    const run = await mutated(jobRunReview({ templateRef: 'echo' }, {}, { dryRun: true }).request);
    expect(run.spec.templateRevision).toBe(REVISION);
    expect(apiServer.revisions.size).toBe(0);
  });

  it('keeps the revision that it names', async () => {
    const run = await mutated(jobRunReview({ templateRef: 'echo', templateRevision: '0123456789' }).request);
    expect(run.spec.templateRevision).toBe('0123456789');
    expect(apiServer.revisions.size).toBe(0);
  });

  it('has the label of its concurrency group if its template limits the runs, also if it names a revision', async () => {
    const limited = { ...echoTemplate(), runs: { concurrency: { policy: 'Forbid' as const, group: 'nightly' } } };
    apiServer.templates.set('team/echo', limited);
    const { labels } = (await mutated(jobRunReview({ templateRef: 'echo' }).request)).metadata;
    expect(labels).toEqual({
      ...LABELS,
      'hematoscope.app/concurrency-group': expect.stringMatching(/^[0-9a-f]{40}$/) as string,
    });
    const cache = new ObjectCache<JobTemplate>();
    cache.replace([limited], '1');
    const pinned = jobRunReview({ templateRef: 'echo', templateRevision: REVISION }).request;
    const verdict = await decidersWith({ client: apiServer, cache }).mutate(pinned, AbortSignal.timeout(1000));
    expect(JSON.stringify(verdict)).toContain(labels!['hematoscope.app/concurrency-group']);
  });

  it('that names an older revision has the label of the group that the defaults of this revision name', async () => {
    const limited = (customer: string, generation: number): JobTemplate => ({
      ...echoTemplate(),
      metadata: { ...echoTemplate().metadata, generation },
      parameters: [{ name: 'customer', default: customer }],
      runs: { concurrency: { policy: 'Forbid', group: 'customer-$(params.customer)' } },
    });
    apiServer.templates.set('team/echo', limited('a', 1));
    const old = await mutated(jobRunReview({ templateRef: 'echo' }).request);
    const present = limited('b', 2);
    apiServer.templates.set('team/echo', present);
    const cache = new ObjectCache<JobTemplate>();
    cache.replace([present], '1');
    const { request } = jobRunReview({ templateRef: 'echo', templateRevision: old.spec.templateRevision! });
    const label = `"${old.metadata.labels!['hematoscope.app/concurrency-group']!}"`;
    const deciders = decidersWith({ client: apiServer, cache });
    expect(JSON.stringify(await deciders.mutate(request, AbortSignal.timeout(1000)))).toContain(label);
    expect(JSON.stringify(await mutated(jobRunReview({ templateRef: 'echo' }).request))).not.toContain(label);
  });

  it('cannot choose the label of its concurrency group', async () => {
    const mine = { 'hematoscope.app/concurrency-group': 'mine' };
    const run = await mutated(jobRunReview({ templateRef: 'echo' }, { labels: mine }).request);
    expect(run.metadata.labels).toEqual(LABELS);
  });

  it('has another label when its template is a ClusterJobTemplate', async () => {
    const run = await mutated(jobRunReview({ templateRef: 'echo', templateKind: 'ClusterJobTemplate' }).request);
    expect(run.metadata.labels).toEqual({ 'hematoscope.app/cluster-job-template': 'echo' });
    expect(run.spec).not.toHaveProperty('templateRevision');
  });

  it.each([
    [
      'its template is missing',
      () => {
        apiServer.templates.clear();
      },
    ],
    ['the API server does not respond', () => (apiServer.down = noAnswer())],
  ])('is left to the validation if %s', async (_, arrange) => {
    arrange();
    const run = await mutated(jobRunReview({ templateRef: 'echo' }).request);
    expect(run.spec).toEqual({ templateRef: 'echo' });
  });

  it('is not pinned to a revision that could not be stored, with a warning', async () => {
    apiServer.create = () => Promise.reject(noAnswer());
    const request = jobRunReview({ templateRef: 'echo' }).request;
    expect((await mutated(request)).spec).toEqual({ templateRef: 'echo' });
    expect((await mutate(request)).warnings).toEqual([expect.stringContaining('could not be stored')]);
  });

  it('cannot set who requested it', async () => {
    const annotations = { note: 'kept', 'hematoscope.app/requested-by': 'somebody-else' };
    const run = await mutated(jobRunReview({ templateRef: 'echo' }, { annotations }).request);
    expect(run.metadata.annotations).toEqual({ note: 'kept', ...ANNOTATIONS, ...HOLD });
  });

  it.each([
    ['is restored with its requester', { annotations: { 'hematoscope.app/requested-by': 'jane' } }],
    ['was run again after an earlier restore', { annotations: { ...ANNOTATIONS, 'hematoscope.app/restored': 'Run' } }],
    ['is restored by Velero', { labels: { 'velero.io/restore-name': 'monday' } }],
  ])('that %s is held, with a warning', async (_sentence, metadata) => {
    const { request } = jobRunReview({ templateRef: 'echo' }, metadata);
    expect((await mutated(request)).metadata.annotations).toMatchObject({ ...ANNOTATIONS, ...HOLD });
    expect((await mutate(request)).warnings).toEqual([
      'this JobRun was restored from a backup or copied from the cluster, and may have run before: it gets no Job until its annotation hematoscope.app/restored is set to "Run"',
    ]);
  });

  it('that Velero restores is not held if its manifest requests to run again', async () => {
    const metadata = {
      labels: { 'velero.io/restore-name': 'monday' },
      annotations: { 'hematoscope.app/restored': 'Run' },
    };
    const { request } = jobRunReview({ templateRef: 'echo' }, metadata);
    expect((await mutated(request)).metadata.annotations).toMatchObject({ 'hematoscope.app/restored': 'Run' });
    expect((await mutate(request)).warnings).toEqual([]);
  });

  it('keeps the labels of the user, and has its own labels corrected', async () => {
    const labels = {
      team: 'red',
      'hematoscope.app/job-template': 'other',
      'hematoscope.app/cluster-job-template': 'x',
    };
    const run = await mutated(jobRunReview({ templateRef: 'echo' }, { labels }).request);
    expect(run.metadata.labels).toEqual({ team: 'red', ...LABELS });
  });

  it('has a valid label if the name is long', async () => {
    const run = await mutated(jobRunReview({ templateRef: `${'a'.repeat(62)}.b` }).request);
    expect(run.metadata.labels).toEqual({ 'hematoscope.app/job-template': 'a'.repeat(62) });
  });

  it.each([
    [
      'a restored run, as the mutation has marked it',
      { templateRef: 'echo', templateRevision: REVISION },
      { labels: LABELS, annotations: { ...ANNOTATIONS, ...HOLD } },
    ],
    ['a run with an invalid reference', { templateRef: 'a/b' }, { annotations: { ...ANNOTATIONS, ...HOLD } }],
    ['a run without a spec', null, { annotations: { ...ANNOTATIONS, ...HOLD } }],
    ['a run with a spec that is not a map', 'echo', { annotations: { ...ANNOTATIONS, ...HOLD } }],
  ])('gets no patch if it is %s', async (_, spec, metadata) => {
    const verdict = await mutate(jobRunReview(spec, metadata).request);
    expect(verdict).toMatchObject({ allowed: true });
    expect(verdict).not.toHaveProperty('patch');
  });

  it('gets no patch if it is too large, and nothing is looked up', async () => {
    const verdict = await mutate(jobRunReview({ templateRef: 'echo', args: ['a'.repeat(300_000)] }).request);
    expect(verdict).toEqual({ allowed: true, warnings: [] });
    expect(apiServer.gets).toBe(0);
  });

  it('gets no patch while it is being deleted', async () => {
    const { request } = jobRunReview({ templateRef: 'echo' }, { deletionTimestamp: '2026-11-23T22:05:12Z' });
    const verdict = await mutate({ ...request, operation: 'UPDATE', oldObject: request.object });
    expect(verdict).toMatchObject({ allowed: true });
    expect(verdict).not.toHaveProperty('patch');
  });

  it('is filled in at its creation, even if its manifest says that it is being deleted, and is not', async () => {
    const deleted = { deletionTimestamp: '2026-11-23T22:05:12Z', deletionGracePeriodSeconds: 0 };
    const run = await mutated(jobRunReview({ templateRef: 'echo' }, deleted).request);
    expect(run.metadata).not.toHaveProperty('deletionTimestamp');
    expect(run.metadata).not.toHaveProperty('deletionGracePeriodSeconds');
    expect(run.metadata.labels).toEqual(LABELS);
    expect(run.spec.templateRevision).toBe(REVISION);
  });

  it('is changed in nothing else, whatever it contains', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (extra) => {
        const { request } = jobRunReview({ templateRef: 'echo', extra });
        const before = structuredClone(request.object) as JobRun;
        expect(await mutated(request)).toEqual({
          ...before,
          metadata: { ...before.metadata, labels: LABELS, annotations: ANNOTATIONS },
          spec: { ...before.spec, templateRevision: REVISION },
        });
      }),
      { numRuns: 50 },
    );
  });
});

describe('a JobRun that is replaced', () => {
  const before = {
    metadata: { name: 'echo-hello', annotations: ANNOTATIONS, labels: LABELS },
    spec: { templateRef: 'echo', templateRevision: REVISION },
  };
  const update = (spec: object, metadata: object = {}, oldObject: object = before) =>
    jobRunReview(spec, metadata, { operation: 'UPDATE', oldObject, userInfo: { username: 'olga' } }).request;

  it('gets the defaulted fields back, and keeps its requester', async () => {
    const run = await mutated(update({ templateRef: 'echo' }));
    expect(run.spec).toEqual(before.spec);
    expect(run.metadata).toMatchObject({ annotations: ANNOTATIONS, labels: LABELS });
  });

  it('gets the user that cancels it, and keeps the first one', async () => {
    const cancelled = { ...before.spec, cancel: true };
    const forged = { annotations: { ...ANNOTATIONS, 'hematoscope.app/cancelled-by': 'eve' } };
    const first = await mutated(update(cancelled, forged));
    expect(first.metadata.annotations).toEqual({ ...ANNOTATIONS, 'hematoscope.app/cancelled-by': 'olga' });
    const stored = {
      ...before,
      spec: cancelled,
      metadata: { ...before.metadata, annotations: { ...ANNOTATIONS, 'hematoscope.app/cancelled-by': 'anna' } },
    };
    const later = await mutated(update(cancelled, forged, stored));
    expect(later.metadata.annotations).toMatchObject({ 'hematoscope.app/cancelled-by': 'anna' });
    expect((await mutated(update(before.spec, forged))).metadata.annotations).toEqual(ANNOTATIONS);
  });

  it('does not get another requester', async () => {
    const run = await mutated(update(before.spec, { annotations: { 'hematoscope.app/requested-by': 'olga' } }));
    expect(run.metadata.annotations).toEqual(ANNOTATIONS);
  });

  it('does not get a requester that it never had', async () => {
    const never = { ...before, metadata: { name: 'echo-hello', labels: LABELS } };
    const annotations = { 'hematoscope.app/requested-by': 'olga' };
    const run = await mutated(update(before.spec, { annotations, labels: LABELS }, never));
    expect(run.metadata.annotations).toEqual({});
  });
});
