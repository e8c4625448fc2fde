import { describe, expect, it } from 'vitest';
import type { Template } from '../../../../api/job-template.ts';
import { ANNOTATION_REQUESTED_BY } from '../../../../api/names.ts';
import type { ControllerRevision } from '../../../../api/wire.ts';
import { controllerRevision } from '../../../../core/template/controller-revision.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import type { TemplateVersion } from '../../../../core/template/template-version.ts';
import { CompiledTemplates } from '../../../../revisions/compiled-templates.ts';
import { TemplateResolver } from '../../../../syncer/run/template-resolver.ts';
import { echoRun, echoTemplate } from '../../core/objects.ts';

const ADMITTED = { annotations: { [ANNOTATION_REQUESTED_BY]: 'anna' } };
const CURRENT = echoTemplate();
const REVISION = versionOfTemplate(CURRENT).compiled.revision;
const OLD = versionOfTemplate({
  ...echoTemplate({ backoffLimit: 3 }),
  metadata: { ...CURRENT.metadata, generation: 0 },
});
const OLD_REVISION = OLD.compiled.revision;

interface Given {
  cached?: Template;
  /** False: the compiled template was evicted. */
  isCompiled?: boolean;
  cachedRevision?: ControllerRevision;
  live?: Template;
  stored?: TemplateVersion;
  trustsAdmission?: boolean;
}

function begin({ cached, isCompiled = true, cachedRevision, live, stored, trustsAdmission = true }: Given = {}) {
  const reads: string[] = [];
  const compiled = new CompiledTemplates();
  if (cached && isCompiled) compiled.ofTemplate(cached);
  const named = <T extends { metadata?: { namespace?: string; name?: string } }>(object: T | undefined) => ({
    get: (namespace: string | undefined, name: string) =>
      object?.metadata?.name === name && object.metadata.namespace === namespace ? object : undefined,
  });
  const resolver = new TemplateResolver({
    caches: {
      templates: named(cached?.kind === 'JobTemplate' ? cached : undefined),
      clusterTemplates: named(cached?.kind === 'ClusterJobTemplate' ? cached : undefined),
      revisions: named(cachedRevision),
    },
    cluster: { getTemplate: () => (reads.push('template'), Promise.resolve(live)) },
    store: {
      find: (_key, _revision, options) => {
        reads.push('revision');
        return Promise.resolve(options?.owner === undefined || stored?.owner === options.owner ? stored : undefined);
      },
    },
    compiled,
    clusterNamespace: 'release',
    trustsAdmission,
  });
  return { resolver, reads };
}

function ownerless(stored: ControllerRevision): ControllerRevision {
  const { ownerReferences, ...metadata } = stored.metadata ?? {};
  expect(ownerReferences).toHaveLength(1);
  return { ...stored, metadata };
}

const CLUSTER_TEMPLATE = {
  ...CURRENT,
  kind: 'ClusterJobTemplate',
  metadata: { name: 'echo', uid: 'cluster', generation: 1 },
} as Template;

describe('the caches', () => {
  it.each<[string, Given, Parameters<typeof echoRun>[0], string | undefined]>([
    ['have the current template of a run without a revision', { cached: CURRENT }, {}, REVISION],
    ['have the revision if it is the current one', { cached: CURRENT }, { templateRevision: REVISION }, REVISION],
    [
      'have an older revision',
      { cached: CURRENT, cachedRevision: controllerRevision(OLD, 'team') },
      { templateRevision: OLD_REVISION },
      OLD_REVISION,
    ],
    [
      'have a revision whose template was deleted',
      { cachedRevision: controllerRevision(OLD, 'team') },
      { templateRevision: OLD_REVISION },
      OLD_REVISION,
    ],
    [
      'do not offer a revision that its template does not own',
      { cached: CURRENT, cachedRevision: controllerRevision({ ...OLD, uid: 'other' }, 'team') },
      { templateRevision: OLD_REVISION },
      undefined,
    ],
    [
      'do not offer a revision without an owner while its template exists',
      { cached: CURRENT, cachedRevision: ownerless(controllerRevision(OLD, 'team')) },
      { templateRevision: OLD_REVISION },
      undefined,
    ],
    [
      'do not offer the current template for another revision',
      { cached: CURRENT },
      { templateRevision: OLD_REVISION },
      undefined,
    ],
    ['do not have a template that does not exist', {}, {}, undefined],
    ['do not have a template that is no longer compiled', { cached: CURRENT, isCompiled: false }, {}, undefined],
    [
      'do not offer a revision that its template does not own, even if that is no longer compiled',
      { cached: CURRENT, isCompiled: false, cachedRevision: controllerRevision({ ...OLD, uid: 'other' }, 'team') },
      { templateRevision: OLD_REVISION },
      undefined,
    ],
    [
      'have the revision of a template that is no longer compiled',
      { cached: CURRENT, isCompiled: false, cachedRevision: controllerRevision(OLD, 'team') },
      { templateRevision: OLD_REVISION },
      OLD_REVISION,
    ],
    ['have a ClusterJobTemplate', { cached: CLUSTER_TEMPLATE }, { templateKind: 'ClusterJobTemplate' }, REVISION],
    [
      'do not offer a JobTemplate for a ClusterJobTemplate',
      { cached: CURRENT },
      { templateKind: 'ClusterJobTemplate' },
      undefined,
    ],
    [
      'have the revision of a ClusterJobTemplate in the namespace of the release',
      { cachedRevision: controllerRevision(versionOfTemplate(CLUSTER_TEMPLATE), 'release') },
      { templateKind: 'ClusterJobTemplate', templateRevision: REVISION },
      REVISION,
    ],
  ])('%s', (_sentence, given, spec, revision) => {
    const { resolver, reads } = begin(given);
    expect(resolver.cached(echoRun(spec))?.compiled.revision).toBe(revision);
    expect(reads).toEqual([]);
  });

  it('do not offer a revision whose content is not what its name says', () => {
    const stored = controllerRevision(OLD, 'team');
    const data = { ...(stored.data as object), content: { spec: CURRENT.spec } };
    const { resolver } = begin({ cachedRevision: { ...stored, data } });
    expect(resolver.cached(echoRun({ templateRevision: OLD_REVISION }))).toBeUndefined();
  });
});

describe('a read', () => {
  it.each<[string, Given & { revision?: string }, object, string[]]>([
    ['finds the current template of a run without a revision', { live: CURRENT }, { kind: 'found' }, ['template']],
    ['finds that there is none', {}, { kind: 'missing' }, ['template']],
    [
      'finds the stored revision',
      { stored: OLD, live: CURRENT, revision: OLD_REVISION },
      { kind: 'found', template: OLD },
      ['template', 'revision'],
    ],
    [
      'finds no revision that the template does not own',
      { stored: { ...OLD, owner: undefined }, live: CURRENT, revision: OLD_REVISION },
      { kind: 'lost', reason: 'RevisionNotFound' },
      ['template', 'revision'],
    ],
    [
      'finds the revision of an admitted run whose template was deleted',
      { stored: OLD, revision: OLD_REVISION },
      { kind: 'found', template: OLD },
      ['template', 'revision'],
    ],
    [
      'finds a revision that is current and not stored yet',
      { live: CURRENT, revision: REVISION },
      { kind: 'found' },
      ['template'],
    ],
    [
      'finds that the template no longer has the revision',
      { live: CURRENT, revision: OLD_REVISION },
      {
        kind: 'lost',
        reason: 'RevisionNotFound',
        message: `JobTemplate "echo" no longer has the revision "${OLD_REVISION}"; create the JobRun again`,
      },
      ['template', 'revision'],
    ],
    [
      'finds that the template was deleted',
      { revision: OLD_REVISION },
      {
        kind: 'lost',
        reason: 'TemplateDeleted',
        message: `JobTemplate "echo" was deleted, and its revision "${OLD_REVISION}" with it, before this JobRun got its Job`,
      },
      ['template', 'revision'],
    ],
  ])('%s', async (_sentence, { revision, ...given }, expected, requests) => {
    const { resolver, reads } = begin(given);
    const run = echoRun(revision === undefined ? {} : { templateRevision: revision }, ADMITTED);
    expect(await resolver.read(run)).toMatchObject(expected);
    expect(reads).toEqual(requests);
  });
});

describe('a run that no webhook has admitted', () => {
  const unadmitted = echoRun({ templateRevision: OLD_REVISION });

  it('is judged by the present template, read from the API server', async () => {
    const { resolver } = begin({ stored: OLD, live: CURRENT });
    expect(resolver.mustRead(unadmitted)).toBe(true);
    expect(await resolver.read(unadmitted)).toMatchObject({
      kind: 'found',
      template: OLD,
      present: { compiled: { revision: REVISION } },
    });
  });

  it('is lost with its template, though the revision is stored', async () => {
    const { resolver, reads } = begin({ stored: OLD });
    expect(await resolver.read(unadmitted)).toMatchObject({ kind: 'lost', reason: 'TemplateDeleted' });
    expect(reads).toEqual(['template']);
  });

  it('may be any run while runs are stored without admission', () => {
    const run = echoRun({ templateRevision: OLD_REVISION }, ADMITTED);
    expect(begin({}).resolver.mustRead(run)).toBe(false);
    expect(begin({ trustsAdmission: false }).resolver.mustRead(run)).toBe(true);
  });
});

describe('the current template', () => {
  it('is not read if it is compiled', async () => {
    const { resolver, reads } = begin({ cached: CURRENT });
    expect((await resolver.current(versionOfTemplate(CURRENT).key))?.compiled.revision).toBe(REVISION);
    expect(reads).toEqual([]);
  });

  it.each([
    ['is read if it is not', { cached: CURRENT, isCompiled: false, live: CURRENT }, REVISION],
    ['is absent if it was deleted', { cached: CURRENT, isCompiled: false }, undefined],
  ])('%s', async (_sentence, given, revision) => {
    const { resolver, reads } = begin(given);
    expect((await resolver.current(versionOfTemplate(CURRENT).key))?.compiled.revision).toBe(revision);
    expect(reads).toEqual(['template']);
  });
});
