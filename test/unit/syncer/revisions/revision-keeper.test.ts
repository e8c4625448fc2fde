import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import type { ControllerRevision } from '../../../../api/wire.ts';
import { controllerRevision } from '../../../../core/template/controller-revision.ts';
import { templateOutline } from '../../../../core/template/outline.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { KubeApiError } from '../../../../kube/client/api-error.ts';
import { ObjectCache } from '../../../../kube/watch/cache.ts';
import { RevisionKeeper } from '../../../../syncer/revisions/revision-keeper.ts';
import { BY_TEMPLATE, templateOfRevision, templateOfRun } from '../../../../syncer/revisions/template-index.ts';
import { ALWAYS_ALLOWED } from '../../../../syncer/write-guard.ts';
import { echoRun, echoTemplate } from '../../core/objects.ts';

const KEY = { kind: 'JobTemplate', namespace: 'team', name: 'echo' } as const;
const OLD = '2026-11-23T10:00:00Z';
const versions = [1, 2, 3, 4].map((generation) =>
  versionOfTemplate({
    ...echoTemplate({ backoffLimit: generation }),
    metadata: { ...echoTemplate().metadata, generation },
  }),
);
const current = versions.at(-1)!;
const nameOf = (generation: number): string => controllerRevision(versions[generation - 1]!, 'team').metadata!.name!;

function stored(generation: number): ControllerRevision {
  const revision = controllerRevision(versions[generation - 1]!, 'team');
  const metadata = { ...revision.metadata, uid: `uid-${generation}`, resourceVersion: `${generation}` };
  return { ...revision, metadata: { ...metadata, creationTimestamp: OLD } };
}

const outlineOf = ({ uid, generation }: typeof current) => ({ ...echoTemplate().metadata, uid, generation });

interface Given {
  revisions?: number[];
  runs?: JobRun[];
  limit?: number;
  template?: typeof current | undefined;
  nowMs?: number;
  deletion?: Error;
  /** The current revision as the API server has it. */
  live?: ControllerRevision | undefined;
  /** The generations of the revisions that unfinished runs name, according to the API server. */
  liveUse?: number[];
}

function begin({ revisions = [], runs = [], limit = 1, nowMs, deletion, liveUse = [], ...more }: Given = {}) {
  const live = 'live' in more ? more.live : stored(4);
  const template = 'template' in more ? more.template : current;
  const done: string[] = [];
  const caches = {
    revisions: new ObjectCache<ControllerRevision>({}, { [BY_TEMPLATE]: templateOfRevision }),
    runs: new ObjectCache<JobRun>({}, { [BY_TEMPLATE]: templateOfRun }),
  };
  for (const generation of revisions) caches.revisions.apply(stored(generation));
  for (const run of runs) caches.runs.apply(run);
  const keeper = new RevisionKeeper({
    client: {
      get: () =>
        live
          ? Promise.resolve(live as never)
          : Promise.reject(new KubeApiError({ method: 'GET', path: '/', code: 404, body: '{}' })),
      list: (_resource, page) => {
        const fieldSelector = page?.fieldSelector ?? '';
        const isUsed = liveUse.some((generation) =>
          fieldSelector.includes(versions[generation - 1]!.compiled.revision),
        );
        return Promise.resolve({ metadata: {}, items: (isUsed ? [echoRun()] : []) as never });
      },
    },
    writer: {
      delete: (_resource, { name }, options) => {
        done.push(`delete ${name} ${options?.preconditions?.resourceVersion ?? ''}`);
        return deletion ? Promise.reject(deletion) : Promise.resolve({} as never);
      },
    },
    store: { keep: ({ generation }) => (done.push(`store ${generation}`), Promise.resolve()) },
    guard: ALWAYS_ALLOWED,
    outline: () => template && templateOutline({ ...echoTemplate(), metadata: outlineOf(template) }),
    current: () => Promise.resolve(template),
    ...caches,
    clusterNamespace: 'release',
    limit,
    clock: { now: () => nowMs ?? Date.parse(OLD) + 3_600_000 },
    outage: {
      failed: (error) => {
        throw error;
      },
    },
    logger: pino({ level: 'silent' }),
  });
  keeper.start();
  return { keeper, done, caches };
}

describe('the revision keeper', () => {
  it('stores the current revision of a template', async () => {
    const { keeper, done } = begin();
    keeper.check(KEY);
    await keeper.stop();
    expect(done).toEqual(['store 4']);
  });

  it('writes nothing if it is stored', async () => {
    const { keeper, done } = begin({ revisions: [4] });
    keeper.check(KEY);
    await keeper.stop();
    expect(done).toEqual([]);
  });

  it('does nothing for a template that does not exist', async () => {
    const { keeper, done } = begin({ revisions: [1, 2, 3], template: undefined });
    keeper.check(KEY);
    await keeper.stop();
    expect(done).toEqual([]);
  });

  it('deletes revisions beyond the limit, oldest first, in exactly the version that it checked', async () => {
    const { keeper, done } = begin({ revisions: [1, 2, 3, 4] });
    keeper.check(KEY);
    await keeper.stop();
    expect(done.toSorted()).toEqual([`delete ${nameOf(1)} 1`, `delete ${nameOf(2)} 2`].toSorted());
  });

  it('retains a revision that an unfinished run names', async () => {
    const revision = versions[0]!.compiled.revision;
    const { keeper, done } = begin({ revisions: [1, 2, 3, 4], runs: [echoRun({ templateRevision: revision })] });
    keeper.check(KEY);
    await keeper.stop();
    expect(done).toEqual([`delete ${nameOf(2)} 2`]);
  });

  it('retains a revision that was stored a moment ago', async () => {
    const { keeper, done } = begin({ revisions: [1, 2, 3, 4], nowMs: Date.parse(OLD) + 1_000 });
    keeper.check(KEY);
    await keeper.stop();
    expect(done).toEqual([]);
  });

  it('retains a revision that a run names which the cache does not have yet', async () => {
    const { keeper, done } = begin({ revisions: [1, 2, 3, 4], liveUse: [1] });
    keeper.check(KEY);
    await keeper.stop();
    expect(done).toEqual([`delete ${nameOf(2)} 2`]);
  });

  it('retains the revision that was replaced a moment ago, though the cache does not know', async () => {
    const nowMs = Date.parse(OLD) + 3_600_000;
    const annotations = { 'hematoscope.app/last-used': new Date(nowMs).toISOString() };
    const live = { ...stored(4), metadata: { ...stored(4).metadata, annotations } };
    const { keeper, done } = begin({ revisions: [3, 4], limit: 0, nowMs, live });
    keeper.check(KEY);
    await keeper.stop();
    expect(done).toEqual([]);
  });

  it('deletes no revision of a template that was created again, though the cache has its predecessor', async () => {
    const again = (revision: ControllerRevision): ControllerRevision => {
      const [owner] = revision.metadata!.ownerReferences!;
      return { ...revision, metadata: { ...revision.metadata, ownerReferences: [{ ...owner!, uid: 'again' }] } };
    };
    const { keeper, done, caches } = begin({ revisions: [4], live: again(stored(4)), limit: 3 });
    for (const generation of [1, 2, 3]) caches.revisions.apply(again(stored(generation)));
    keeper.check(KEY);
    await keeper.stop();
    expect(done).toEqual([]);
  });

  it('deletes nothing if the current revision was deleted in the meantime', async () => {
    const { keeper, done } = begin({ revisions: [1, 2, 3, 4], live: undefined });
    keeper.check(KEY);
    await keeper.stop();
    expect(done).toEqual([]);
  });

  it.each([404, 409])('ignores that a revision was deleted or used in the meantime (%d)', async (code) => {
    const deletion = new KubeApiError({ method: 'DELETE', path: '/', code, body: '{}' });
    const { keeper, done } = begin({ revisions: [1, 2, 3, 4], deletion });
    keeper.check(KEY);
    await keeper.stop();
    expect(done).toHaveLength(2);
  });

  it('checks a template whose run finished only if it has more revisions than the limit', async () => {
    const few = begin({ revisions: [3], limit: 1 });
    few.keeper.release(KEY);
    const many = begin({ revisions: [2, 3, 4], limit: 1 });
    many.keeper.release(KEY);
    await Promise.all([few.keeper.stop(), many.keeper.stop()]);
    expect(few.done).toEqual([]);
    expect(many.done).toEqual([`delete ${nameOf(2)} 2`]);
  });
});
