import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { CONTROLLER_REVISIONS, JOB_RUNS, JOBS, PODS } from '../../api/resources.ts';
import type { Job, KubeObject } from '../../api/wire.ts';
import { KubeConnectionError } from '../../kube/client/api-error.ts';
import { KubeClient } from '../../kube/client/client.ts';
import { Reflector } from '../../kube/watch/reflector.ts';
import { ensureProgram } from '../../local-kubernetes/programs/programs.ts';
import { run } from '../../local-kubernetes/run.ts';
import { startRelay, type Relay } from './relay.ts';
import { SyncerEnvironment } from './syncer-environment.ts';

const CONFIG_MAPS = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' };

let environment: SyncerEnvironment;
beforeAll(async () => {
  environment = await SyncerEnvironment.start({ controllerManager: false });
});
afterAll(async () => {
  await environment.stop();
});

const configMap = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { test: 'yes' } },
});
const logger = pino({ level: 'silent' });

/** How many watches of ConfigMaps the API server serves. */
async function watchesAtServer(): Promise<number> {
  const kubectl = [await ensureProgram('kubectl'), '--kubeconfig', environment.controlPlane.kubeconfig];
  const metrics = await run([...kubectl, 'get', '--raw', '/metrics']);
  return metrics
    .split('\n')
    .filter((line) => /^apiserver_longrunning_requests\{.*resource="configmaps".*verb="WATCH"/.test(line))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

describe('the client against a real API server', () => {
  it('returns warnings, and timestamps exactly as they were written', async () => {
    const namespace = await environment.namespace();
    const warnings: string[] = [];
    const job: Job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'a' },
      spec: {
        suspend: true,
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'a', image: 'b', env: [{ name: 'X' }, { name: 'X' }] }],
          },
        },
      },
    };
    const stored = await environment.client.create(JOBS, namespace, job, { onWarning: (text) => warnings.push(text) });
    expect(warnings.join()).toContain('hides previous definition of "X"');
    expect(stored.metadata?.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it('lists nothing as an empty list, also of custom resources and if only the metadata is requested', async () => {
    const namespace = await environment.namespace();
    for (const resource of [CONFIG_MAPS, JOBS, JOB_RUNS, CONTROLLER_REVISIONS, PODS]) {
      for (const metadataOnly of [false, true]) {
        const { items, metadata } = await environment.client.list(resource, { namespace, limit: 10 }, { metadataOnly });
        expect(items, `${resource.kind} ${metadataOnly}`).toEqual([]);
        expect(metadata.resourceVersion).toMatch(/^\d+$/);
      }
    }
  });

  it('lists names in an answer that is small, however large the objects are', async () => {
    const namespace = await environment.namespace();
    const annotations = { large: 'x'.repeat(200_000) };
    for (const name of ['b', 'a', 'c']) {
      const { metadata, ...rest } = configMap(name);
      await environment.client.create(CONFIG_MAPS, namespace, { ...rest, metadata: { ...metadata, annotations } });
    }
    const labelSelector = 'test=yes';
    const names = (limit: number) =>
      environment.client.names(CONFIG_MAPS, { namespace, labelSelector, limit }, { maxBytes: 20_000 });
    expect(await names(10)).toEqual(['a', 'b', 'c']);
    expect(await names(2)).toEqual(['a', 'b']);
    for (const resource of [JOBS, JOB_RUNS, PODS]) {
      expect(await environment.client.names(resource, { namespace }), resource.kind).toEqual([]);
    }
  });

  it('stores nothing on a dry run, and rejects unknown fields in strict mode', async () => {
    const namespace = await environment.namespace();
    await environment.client.create(CONFIG_MAPS, namespace, configMap('dry'), { dryRun: true });
    await expect(environment.client.get(CONFIG_MAPS, { namespace, name: 'dry' })).rejects.toMatchObject({
      code: 404,
      reason: 'NotFound',
    });
    const typo = { ...configMap('typo'), dat: {} };
    await expect(
      environment.client.create(CONFIG_MAPS, namespace, typo, { fieldValidation: 'Strict' }),
    ).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining('unknown field "dat"') as unknown,
    });
  });
});

describe('connections to a real API server', () => {
  let relay: Relay;
  let client: KubeClient;
  beforeEach(async () => {
    relay = await startRelay(environment.kubeConfig);
    client = KubeClient.fromKubeConfig(relay.kubeConfig, { connections: 3, timeoutMs: 1_000 });
    await environment.client.create(CONFIG_MAPS, key.namespace, configMap(key.name)).catch(() => undefined);
  });
  afterEach(async () => {
    await client.close();
    await relay.close();
  });
  const key = { namespace: 'default', name: 'there' };
  const watching = { namespace: 'default', resourceVersion: '', timeoutSeconds: 60, inactivityMs: 60_000 };

  it('are at most two for all watches, plus as many as allowed for calls', async () => {
    const watches = Array.from({ length: 5 }, () => client.watch(CONFIG_MAPS, watching));
    await Promise.all(watches.map((watch) => watch.next()));
    const forWatches = relay.connections();
    // Two, if a watch begins before the server has announced how many streams the first connection may carry.
    expect(forWatches).toBeLessThanOrEqual(2);
    await Promise.all(Array.from({ length: 80 }, () => client.get(CONFIG_MAPS, key)));
    expect(relay.connections()).toBe(forWatches + 3);
    for (const watch of watches) await watch.return(undefined);
  });

  it('that go silent are abandoned, and later requests use new ones', async () => {
    await client.get(CONFIG_MAPS, key);
    const lost = client.watch(CONFIG_MAPS, { ...watching, inactivityMs: 6_000 });
    await lost.next();
    relay.freeze();
    await expect(client.get(CONFIG_MAPS, key)).rejects.toThrow(KubeConnectionError);
    await expect(client.get(CONFIG_MAPS, key)).resolves.toBeDefined();
    const toItsEnd = async (): Promise<void> => {
      while (!(await lost.next()).done);
    };
    await expect(toItsEnd()).rejects.toThrow(KubeConnectionError);
    // Immediately, without waiting to see whether the silent connection recovers.
    const next = client.watch(CONFIG_MAPS, watching);
    const first = await Promise.race([next.next(), sleep(3_000, 'nothing')]);
    expect(first).toMatchObject({ value: { type: 'ADDED' } });
    await next.return(undefined);
  });

  /** A watch that is aborted the moment it begins. The server does not learn of it in time and responds. */
  async function abortAtOnce(onAnswer: () => void = () => undefined): Promise<void> {
    const kept = client.watch(CONFIG_MAPS, watching);
    await kept.next();
    const atOnce = new AbortController();
    const answered = Promise.withResolvers<undefined>();
    const onStream = (message: unknown): void => {
      const { headers } = message as { headers: Record<string, unknown> };
      if (headers[':status'] === undefined) {
        queueMicrotask(() => {
          atOnce.abort(new Error('given up'));
        });
        return;
      }
      onAnswer();
      answered.resolve(undefined);
    };
    subscribe('http2.client.stream.created', onStream);
    try {
      const given = client.watch(CONFIG_MAPS, watching, { signal: atOnce.signal });
      await expect(given.next()).rejects.toThrow('given up');
      await answered.promise;
    } finally {
      unsubscribe('http2.client.stream.created', onStream);
    }
  }

  it('do not keep a watch open that was aborted the moment it began', async () => {
    const before = await watchesAtServer();
    await abortAtOnce();
    await expect.poll(watchesAtServer, { timeout: 10_000 }).toBe(before + 1);
  });

  it('close without an error, even if the response to such a watch arrives at that moment', async () => {
    const uncaught: Error[] = [];
    const note = (error: Error): void => void uncaught.push(error);
    process.on('uncaughtExceptionMonitor', note);
    onTestFinished(() => void process.off('uncaughtExceptionMonitor', note));
    let closed: Promise<void> | undefined;
    await abortAtOnce(() => {
      closed = client.close();
    });
    await closed;
    // The error of the connection is reported after its socket has closed.
    await sleep(100);
    expect(uncaught).toEqual([]);
  });
});

describe('the reflector against a real API server', () => {
  it('lists in pages, and recovers from broken connections and an outage without missing a change', async () => {
    const namespace = await environment.namespace();
    const { client, proxy } = environment;
    for (const name of ['a', 'b', 'c', 'd', 'e']) await client.create(CONFIG_MAPS, namespace, configMap(name));
    const seen: string[] = [];
    const proxied = KubeClient.fromKubeConfig(proxy.kubeConfig);
    const reflector = new Reflector<KubeObject>({
      client: proxied,
      resource: CONFIG_MAPS,
      namespace,
      labelSelector: 'test=yes',
      logger,
      handlers: {
        onAdd: ({ metadata }) => seen.push(`add ${metadata!.name!}`),
        onUpdate: (_before, { metadata }) => seen.push(`update ${metadata!.name!}`),
        onDelete: ({ metadata }) => seen.push(`delete ${metadata!.name!}`),
      },
      timing: { pageSize: 2 },
    });
    try {
      reflector.start();
      await reflector.whenSynced();
      expect(seen.splice(0)).toEqual(['add a', 'add b', 'add c', 'add d', 'add e']);
      expect(proxy.requests.filter(({ path }) => path.includes('limit=2'))).toHaveLength(3);

      proxy.cutAll();
      await client.patch(CONFIG_MAPS, { namespace, name: 'a' }, { data: { x: '1' } });
      await expect.poll(() => seen, { timeout: 5_000 }).toEqual(['update a']);

      await environment.controlPlane.stopApiServer();
      proxy.cutAll();
      await environment.controlPlane.startApiServer();
      await client.delete(CONFIG_MAPS, { namespace, name: 'b' });
      await client.create(CONFIG_MAPS, namespace, configMap('f'));
      await expect.poll(() => seen, { timeout: 20_000 }).toEqual(['update a', 'delete b', 'add f']);
      expect(reflector.cache.get(namespace, 'a')?.metadata).not.toHaveProperty('managedFields');
    } finally {
      await reflector.stop();
      await proxied.close();
    }
  });

  it('lists again when the resource version of its watch has expired', async () => {
    const namespace = await environment.namespace();
    const { client, proxy } = environment;
    await client.create(CONFIG_MAPS, namespace, configMap('old'));
    const proxied = KubeClient.fromKubeConfig(proxy.kubeConfig);
    const reflector = new Reflector<KubeObject>({
      client: proxied,
      resource: CONFIG_MAPS,
      namespace,
      labelSelector: 'test=yes',
      logger,
    });
    try {
      const expired = {
        type: 'ERROR',
        object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' },
      };
      let seen = 0;
      proxy.onRequest = ({ path }) =>
        path.includes('watch=true') && (seen += 1) === 1 ? { code: 200, status: expired } : 'pass';
      const lists = (): number =>
        proxy.requests.filter(({ path }) => path.includes(`/${namespace}/configmaps`) && !path.includes('watch=true'))
          .length;
      reflector.start();
      await expect.poll(lists, { timeout: 5_000 }).toBe(2);
      await client.create(CONFIG_MAPS, namespace, configMap('new'));
      await expect.poll(() => reflector.cache.size, { timeout: 5_000 }).toBe(2);
    } finally {
      await reflector.stop();
      await proxied.close();
    }
  });
});
