import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../api/wire.ts';
import type { KubeClient } from '../../../../kube/client/client.ts';
import { EventRouting } from '../../../../syncer/controller/event-routing.ts';
import type { Reaction } from '../../../../syncer/controller/event-routing.ts';
import { Watches } from '../../../../syncer/controller/watches.ts';
import { echoRun, echoTemplate } from '../../core/objects.ts';

const started: Watches[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((watches) => watches.stop()));
});

/** An API server whose objects never change. */
function begin(objects: Record<string, KubeObject[]>, shard = 'team') {
  const selectors: Record<string, string | undefined> = {};
  const reactions: Reaction[] = [];
  const client = {
    list: ({ plural }: { plural: string }, { labelSelector }: { labelSelector?: string }) => {
      selectors[plural] = labelSelector;
      return Promise.resolve({ items: objects[plural] ?? [], metadata: { resourceVersion: '10' } });
    },
    async *watch(_resource: unknown, _start: unknown, { signal }: { signal?: AbortSignal } = {}) {
      await sleep(60_000, undefined, { signal }).catch(() => undefined);
      yield* [];
    },
  } as unknown as KubeClient;
  const isInShard = (namespace: string | undefined): boolean => namespace === shard;
  const watches = new Watches({
    client,
    logger: pino({ level: 'silent' }),
    isInShard,
    routing: new EventRouting({ isInShard, findRun: () => undefined, hasTemplate: () => true }),
    react: (all) => reactions.push(...all),
  });
  started.push(watches);
  return { watches, reactions, selectors };
}

const RUN = echoRun({ args: ['long'] }, { resourceVersion: '5' });
const JOB: KubeObject = {
  metadata: { name: 'a', namespace: 'team', resourceVersion: '5', labels: { other: 'x' } },
  ...{ spec: { suspend: true, template: {} }, status: { active: 1 } },
};

describe('the watches', () => {
  it('fill all caches, and route what they list', async () => {
    const { watches, reactions } = begin({ jobruns: [RUN], jobtemplates: [echoTemplate()], jobs: [JOB] });
    expect(watches.synced).toBe(false);
    watches.start();
    await watches.refresh();
    expect(watches.synced).toBe(true);
    const outline = watches.runs.cache.get('team', 'echo-hello')!;
    expect(outline.spec).toEqual({ templateRef: 'echo' });
    expect(watches.contents.of(outline)?.spec.args).toEqual(['long']);
    expect(watches.templates.cache.get('team', 'echo')).toBeDefined();
    expect(watches.jobs.cache.get('team', 'a')).toMatchObject({ spec: { suspend: true }, status: { active: 1 } });
    expect(reactions.map(({ kind }) => kind).toSorted()).toEqual([
      'checkRetention',
      'checkRevisions',
      'reconcile',
      'reconcileWaiting',
    ]);
  });

  it('select only Jobs of runs, and only revisions of templates', async () => {
    const { watches, selectors } = begin({});
    watches.start();
    await watches.refresh();
    expect(selectors).toEqual({
      jobruns: undefined,
      jobtemplates: undefined,
      clusterjobtemplates: undefined,
      controllerrevisions: 'hematoscope.app/template-revision',
      jobs: 'hematoscope.app/job-run',
    });
  });

  it('cache only an outline of what another shard works on', async () => {
    const { watches, reactions } = begin({ jobruns: [RUN], jobs: [JOB] }, 'another');
    watches.start();
    await watches.refresh();
    const outline = watches.runs.cache.get('team', 'echo-hello')!;
    expect(outline.spec).toEqual({ templateRef: 'echo' });
    expect(watches.contents.of(outline)).toBeUndefined();
    expect(watches.jobs.cache.get('team', 'a')).not.toHaveProperty('status');
    expect(reactions).toEqual([]);
  });

  it('index runs by their template', async () => {
    const { watches } = begin({ jobruns: [RUN] });
    watches.start();
    await watches.refresh();
    expect(watches.runs.cache.byIndex('template', 'JobTemplate/team/echo')).toHaveLength(1);
  });
});

it('the unfinished runs of a template are those that this syncer works on', async () => {
  const conditions = [{ type: 'Finished', status: 'True' }];
  const named = (name: string, namespace: string, more: object = {}) => ({
    ...echoRun({}, { name, namespace, uid: name, resourceVersion: '5' }),
    ...more,
  });
  const jobruns = [named('a', 'team'), named('b', 'other'), named('c', 'team', { status: { conditions } })];
  const { watches } = begin({ jobruns });
  watches.start();
  await watches.refresh();
  expect(watches.unfinishedRuns({ kind: 'JobTemplate', namespace: 'team', name: 'echo' })).toEqual(['team/a']);
  expect(watches.unfinishedRuns({ kind: 'JobTemplate', namespace: 'team', name: 'none' })).toEqual([]);
});
