import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterJobTemplate } from '../../api/job-template.ts';
import { API_VERSION } from '../../api/names.ts';
import { CLUSTER_JOB_TEMPLATES, CONTROLLER_REVISIONS, LEASES } from '../../api/resources.ts';
import type { ControllerRevision } from '../../api/wire.ts';
import { isInShard } from '../../syncer/shard.ts';
import { templateRevision } from '../../core/template/template-revision.ts';
import { revisionStore } from '../unit/revisions/revision-stores.ts';
import { versionOfTemplate } from '../../core/template/template-version.ts';
import { SyncerEnvironment } from './syncer-environment.ts';

let environment: SyncerEnvironment;
/** One namespace of each of two shards. */
const namespaces: [string, string] = ['', ''];

beforeAll(async () => {
  environment = await SyncerEnvironment.start({ controllerManager: false });
  while (namespaces.includes('')) {
    const namespace = await environment.namespace();
    namespaces[isInShard(namespace, { index: 0, count: 2 }) ? 0 : 1] = namespace;
  }
  for (const namespace of namespaces) await environment.template(namespace);
});
afterEach(async () => {
  await environment.stopSyncers();
});
afterAll(async () => {
  await environment.stop();
});

describe('of two shards', () => {
  it('each processes the runs of its namespaces, whether or not the other one runs', async () => {
    const [first, second] = namespaces;
    for (const namespace of namespaces) await environment.run(namespace, 'early');
    await environment.syncer({ shards: 2, shard: 1 });
    const { job } = await environment.withJob(second, 'early');
    await environment.complete(job);
    await environment.runThat(second, 'early', ({ status }) => status?.phase === 'Succeeded');
    expect(await environment.jobs(first)).toEqual([]);
    await environment.syncer({ shards: 2, shard: 0 });
    for (const namespace of namespaces) await environment.run(namespace, 'late');
    await environment.withJob(first, 'early');
    for (const namespace of namespaces) {
      const late = await environment.withJob(namespace, 'late');
      await environment.deleteJob(late.job);
      await environment.runThat(namespace, 'late', ({ status }) => status?.phase === 'Failed');
    }
  });

  it('each has its own leader', async () => {
    for (const shard of [0, 1]) await environment.syncer({ shards: 2, shard, leaderElection: true, leaseName: 'part' });
    const { items } = await environment.client.list(LEASES, { namespace: 'default' });
    expect(items.map(({ metadata }) => metadata?.name).sort()).toEqual(['part-0', 'part-1']);
  });

  it('the one that keeps the history of ClusterJobTemplates retains revisions that runs of the other one use', async () => {
    const [, namespace] = namespaces;
    expect(isInShard(undefined, { index: 0, count: 2 })).toBe(true);
    for (const shard of [0, 1]) {
      await environment.syncer({ shards: 2, shard, revisionHistoryLimit: 0 }, { revisionGraceMs: 0 });
    }
    const spec = (args: string[]): ClusterJobTemplate['spec'] => ({
      managedBy: 'example.com/test',
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'b', args }] } },
    });
    const edit = async (args: string[]): Promise<string> => {
      const key = { name: 'shared' };
      return templateRevision(
        await environment.client.patch<ClusterJobTemplate>(CLUSTER_JOB_TEMPLATES, key, { spec: spec(args) }),
      );
    };
    const stored = async (): Promise<(string | undefined)[]> => {
      const { items } = await environment.client.list<ControllerRevision>(CONTROLLER_REVISIONS, {
        namespace: 'default',
      });
      return items.map(({ metadata }) => metadata?.labels?.['hematoscope.app/template-revision']).sort();
    };
    const template = await environment.client.create<ClusterJobTemplate>(CLUSTER_JOB_TEMPLATES, undefined, {
      apiVersion: API_VERSION,
      kind: 'ClusterJobTemplate',
      metadata: { name: 'shared' },
      spec: spec(['used']),
    });
    const used = templateRevision(template);
    await revisionStore(environment.client, 'default').keep(versionOfTemplate(template));
    const pinned = { templateKind: 'ClusterJobTemplate', templateRef: 'shared', templateRevision: used };
    await environment.run(namespace, 'pinned', { spec: pinned });
    const { job } = await environment.withJob(namespace, 'pinned');
    const forgotten = await edit(['forgotten']);
    await expect.poll(stored, { timeout: 10_000 }).toEqual([used, forgotten].sort());
    const present = await edit(['present']);
    await expect.poll(stored, { timeout: 10_000 }).toEqual([used, present].sort());
    await environment.complete(job);
    await expect.poll(stored, { timeout: 10_000 }).toEqual([present]);
  });
});
