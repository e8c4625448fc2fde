import { beforeEach, describe, expect, it } from 'vitest';
import type { ClusterJobTemplate, JobTemplate } from '../../../../api/job-template.ts';
import { templateRevision } from '../../../../core/template/template-revision.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { ObjectCache } from '../../../../kube/watch/cache.ts';
import { CompiledTemplates } from '../../../../revisions/compiled-templates.ts';
import { RevisionStore } from '../../../../revisions/revision-store.ts';
import { TemplateLookup } from '../../../../webhook/lookups/template-lookup.ts';
import { TemplateResolver } from '../../../../webhook/lookups/template-resolver.ts';
import { echoRun, echoTemplate } from '../../core/objects.ts';
import { revisionStore } from '../../revisions/revision-stores.ts';
import { FakeApiServer, noAnswer } from '../fake-api-server.ts';

const { signal } = new AbortController();
const current = echoTemplate({ backoffLimit: 2 });
current.metadata.generation = 2;
const old = echoTemplate({ backoffLimit: 1 });
const [CURRENT, OLD] = [templateRevision(current), templateRevision(old)];

let apiServer: FakeApiServer;
let cache: ObjectCache<JobTemplate>;
let resolver: TemplateResolver;

beforeEach(() => {
  apiServer = new FakeApiServer();
  cache = new ObjectCache<JobTemplate>();
  const compiled = new CompiledTemplates();
  resolver = new TemplateResolver({
    lookup: new TemplateLookup(apiServer, {
      JobTemplate: cache,
      ClusterJobTemplate: new ObjectCache<ClusterJobTemplate>(),
    }),
    revisions: new RevisionStore({ client: apiServer, clusterNamespace: 'system', templates: compiled }),
    compiled,
  });
});

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
    expect(await resolve(CURRENT)).toMatchObject(found(CURRENT));
    expect(apiServer.gets).toBe(gets);
  });
});

describe('a JobRun with a revision', () => {
  it('finds the current one in the cache, without a request', async () => {
    cache.apply({ ...current, metadata: { ...current.metadata, resourceVersion: '1' } });
    expect(await resolve(CURRENT)).toMatchObject(found(CURRENT));
    expect(apiServer.gets).toBe(0);
  });

  it('finds the current one that is not stored yet', async () => {
    live();
    expect(await resolve(CURRENT)).toMatchObject(found(CURRENT));
  });

  it('finds a stored one, also of a template that was deleted', async () => {
    await revisionStore(apiServer).keep(versionOfTemplate(old));
    expect(await resolve(OLD)).toMatchObject(found(OLD));
  });

  it('is missing with its template', async () => {
    expect(await resolve('0123456789')).toEqual({ kind: 'missing' });
  });

  it('is missing with the known revisions if its revision does not exist', async () => {
    live();
    await revisionStore(apiServer).keep(versionOfTemplate(old));
    expect(await resolve('0123456789')).toEqual({ kind: 'noRevision', known: [CURRENT, OLD] });
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

it('a revision is current if it is that of the cached template', () => {
  expect(resolver.isCurrent(echoRun(), CURRENT)).toBe(false);
  cache.apply({ ...current, metadata: { ...current.metadata, resourceVersion: '1' } });
  expect(resolver.isCurrent(echoRun(), CURRENT)).toBe(true);
  expect(resolver.isCurrent(echoRun(), OLD)).toBe(false);
});
