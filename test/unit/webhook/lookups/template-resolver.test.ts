import { beforeEach, describe, expect, it } from 'vitest';
import type { ClusterJobTemplate, JobTemplate } from '../../../../api/job-template.ts';
import { controllerRevision, revisionOwner } from '../../../../core/template/controller-revision.ts';
import { templateRevision } from '../../../../core/template/template-revision.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { ObjectCache } from '../../../../kube/watch/cache.ts';
import { CompiledTemplates } from '../../../../revisions/compiled-templates.ts';
import { RevisionStore } from '../../../../revisions/revision-store.ts';
import { TemplateLookup } from '../../../../webhook/lookups/template-lookup.ts';
import { TemplateResolver } from '../../../../webhook/lookups/template-resolver.ts';
import { echoRun, echoTemplate } from '../../core/objects.ts';
import { revisionStore } from '../../revisions/revision-stores.ts';
import { FakeApiServer, noAnswer, refusal } from '../fake-api-server.ts';

const { signal } = new AbortController();
const current = echoTemplate({ backoffLimit: 2 });
current.metadata.generation = 2;
const old = echoTemplate({ backoffLimit: 1 });
const [CURRENT, OLD] = [templateRevision(current), templateRevision(old)];

let apiServer: FakeApiServer;
let cache: ObjectCache<JobTemplate>;
let resolver: TemplateResolver;
let compiled: CompiledTemplates;
let monotonic = 1;
let versions = 0;

beforeEach(() => {
  apiServer = new FakeApiServer();
  cache = new ObjectCache<JobTemplate>();
  compiled = new CompiledTemplates();
  resolver = new TemplateResolver({
    lookup: new TemplateLookup(apiServer, {
      JobTemplate: cache,
      ClusterJobTemplate: new ObjectCache<ClusterJobTemplate>(),
    }),
    revisions: new RevisionStore({ client: apiServer, clusterNamespace: 'system', templates: compiled }),
    compiled,
    now: () => monotonic,
  });
});

function cacheHas(generation: number, uid = current.metadata.uid!): void {
  const resourceVersion = String(10 + (versions += 1));
  cache.apply({ ...current, metadata: { ...current.metadata, uid, generation, resourceVersion } });
}

const live = () => apiServer.templates.set('team/echo', current);
const resolve = (templateRevision?: string, until = signal) =>
  resolver.resolve(echoRun(templateRevision === undefined ? {} : { templateRevision }), until);
const found = (revision: string) => ({ kind: 'found', template: { compiled: { revision } } });

describe('a JobRun without a revision', () => {
  it('has the template of the API server, not that of the cache', async () => {
    cache.apply({ ...old, metadata: { ...old.metadata, resourceVersion: '1' } });
    live();
    expect(await resolve()).toMatchObject(found(CURRENT));
    apiServer.templates.clear();
    expect(await resolve()).toEqual({ kind: 'missing' });
  });

  it('makes its template available by the revision', async () => {
    live();
    await resolve();
    const { gets } = apiServer;
    cache.apply({ ...current, metadata: { ...current.metadata, resourceVersion: '1' } });
    expect(await resolve(CURRENT)).toMatchObject(found(CURRENT));
    expect(apiServer.gets).toBe(gets);
  });
});

describe('a JobRun with a revision', () => {
  it('is judged by the template of the API server, not by that of the cache', async () => {
    cache.apply({ ...old, metadata: { ...old.metadata, resourceVersion: '1' } });
    live();
    await revisionStore(apiServer).keep(versionOfTemplate(old));
    expect(await resolve(OLD)).toMatchObject({ ...found(OLD), present: { compiled: { revision: CURRENT } } });
  });

  it.each([
    ['the time for which it counts is over', () => (monotonic += 1_001)],
    [
      'the cache knows a newer one',
      () => {
        cacheHas(3);
      },
    ],
    [
      'the cache knows that the template was recreated',
      () => {
        cacheHas(1, 'recreated');
      },
    ],
  ])('reads the template again if it was read a moment ago, but %s', async (_sentence, then) => {
    live();
    cacheHas(2);
    await resolve();
    const { gets } = apiServer;
    await resolve(CURRENT);
    expect(apiServer.gets).toBe(gets);
    then();
    await resolve(CURRENT);
    expect(apiServer.gets).toBe(gets + 1);
  });

  it('finds the current one that is not stored yet', async () => {
    live();
    expect(await resolve(CURRENT)).toMatchObject(found(CURRENT));
  });

  it('finds a stored one with the present template, which must own it', async () => {
    live();
    await revisionStore(apiServer).keep(versionOfTemplate(old));
    expect(await resolve(OLD)).toMatchObject({ ...found(OLD), present: { compiled: { revision: CURRENT } } });
  });

  it.each([
    ['no owner', undefined],
    [
      'another owner',
      [{ apiVersion: 'hematoscope.app/v1', kind: 'JobTemplate', name: 'echo', uid: 'x', controller: true }],
    ],
    [
      'an owner that does not control it',
      [{ ...revisionOwner(versionOfTemplate(old).key, current.metadata.uid!), controller: false }],
    ],
    [
      'an owner of another group',
      [{ ...revisionOwner(versionOfTemplate(old).key, current.metadata.uid!), apiVersion: 'x/v1' }],
    ],
  ])('finds no stored one that has %s', async (_sentence, ownerReferences) => {
    live();
    const forged = controllerRevision(versionOfTemplate(old), 'team');
    delete forged.metadata!.ownerReferences;
    if (ownerReferences) forged.metadata!.ownerReferences = ownerReferences;
    apiServer.revisions.set(forged.metadata!.name!, forged);
    expect(await resolve(OLD)).toMatchObject({ kind: 'noRevision' });
  });

  it('finds none of a template that was deleted', async () => {
    await revisionStore(apiServer).keep(versionOfTemplate(old));
    expect(await resolve(OLD)).toEqual({ kind: 'missing' });
  });

  it('does not list older ones if the template allows only the present one', async () => {
    apiServer.templates.set('team/echo', { ...current, revisions: { allow: 'Present' } });
    await revisionStore(apiServer).keep(versionOfTemplate(old));
    expect(await resolve('0123456789')).toEqual({ kind: 'noRevision', known: [CURRENT] });
  });

  it('is judged by the last known template while the API server cannot be reached', async () => {
    compiled.ofTemplate(current);
    cache.apply({ ...current, metadata: { ...current.metadata, resourceVersion: '1' } });
    apiServer.down = noAnswer();
    expect(await resolve(CURRENT)).toMatchObject(found(CURRENT));
  });

  it('is missing with its template', async () => {
    expect(await resolve('0123456789')).toEqual({ kind: 'missing' });
  });

  it('is missing with the known revisions if its revision does not exist', async () => {
    live();
    await revisionStore(apiServer).keep(versionOfTemplate(old));
    expect(await resolve('0123456789')).toEqual({ kind: 'noRevision', known: [CURRENT, OLD] });
  });

  it('is missing without the revisions of a deleted template that had the same name', async () => {
    const predecessor = { ...old, metadata: { ...old.metadata, uid: 'predecessor', generation: 7 } };
    await revisionStore(apiServer).keep(versionOfTemplate(predecessor));
    live();
    expect(await resolve('0123456789')).toEqual({ kind: 'noRevision', known: [CURRENT] });
    expect(await resolve(OLD)).toEqual({ kind: 'noRevision', known: [CURRENT] });
  });

  it('is unknown if the API server cannot be reached in time', async () => {
    apiServer.down = noAnswer();
    expect(await resolve(OLD)).toEqual({ kind: 'unknown', why: 'POST /: no answer in 2500 ms' });
    apiServer.down = new DOMException('aborted', 'AbortError');
    expect(await resolve(OLD, AbortSignal.abort())).toEqual({
      kind: 'unknown',
      why: 'the API server took too long to answer',
    });
  });
});

describe('a stored revision that cannot be read, though the template can', () => {
  const failWith = (error: Error) => {
    live();
    const get = apiServer.get.bind(apiServer);
    apiServer.get = (resource, key) =>
      resource.kind === 'ControllerRevision' ? Promise.reject(error) : get(resource, key);
  };

  it.each([
    ['no response', noAnswer(), 'POST /: no answer in 2500 ms'],
    ['a refusal', refusal(403, 'not allowed'), 'not allowed'],
  ])('is unknown after %s', async (_, error, why) => {
    failWith(error);
    expect(await resolve(OLD)).toEqual({ kind: 'unknown', why: expect.stringContaining(why) as string });
  });

  it('is unknown if the time is over, whatever the error is', async () => {
    failWith(new DOMException('aborted', 'AbortError'));
    const deadline = new AbortController();
    const resolving = resolve(OLD, deadline.signal);
    deadline.abort();
    expect(await resolving).toEqual({ kind: 'unknown', why: 'the API server took too long to answer' });
  });

  it('passes on a bug', async () => {
    failWith(new TypeError('a bug'));
    await expect(resolve(OLD)).rejects.toThrow('a bug');
  });
});

it('a revision is current if it is that of the template in the cache, which was compiled before', () => {
  expect(resolver.isCurrent(echoRun(), CURRENT)).toBe(false);
  cache.apply({ ...current, metadata: { ...current.metadata, resourceVersion: '1' } });
  expect(resolver.isCurrent(echoRun(), CURRENT)).toBe(false);
  compiled.ofTemplate(current);
  expect(resolver.isCurrent(echoRun(), CURRENT)).toBe(true);
  expect(resolver.isCurrent(echoRun(), OLD)).toBe(false);
});
