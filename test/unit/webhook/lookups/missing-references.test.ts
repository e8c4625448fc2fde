import { beforeEach, expect, it } from 'vitest';
import type { Resource } from '../../../../api/resources.ts';
import type { Job } from '../../../../api/wire.ts';
import type { ReferenceKind } from '../../../../core/job/references.ts';
import type { KubeClient } from '../../../../kube/client/client.ts';
import { MissingReferences } from '../../../../webhook/lookups/missing-references.ts';
import { noAnswer, refusal } from '../fake-api-server.ts';

const { signal } = new AbortController();
const KINDS: ReferenceKind[] = ['Secret', 'PriorityClass'];

/** Objects by kind, namespace and name, and the requests for them. */
let existing: Set<string>;
let requests: string[];
let failure: Error | undefined;
let metadataOnly: unknown[];
/** What was logged. */
let logged: unknown[][];
let now: number;

beforeEach(() => {
  existing = new Set();
  requests = [];
  failure = undefined;
  metadataOnly = [];
  logged = [];
  now = 1000;
});

const client = {
  get: (resource: Resource, { namespace = '-', name }: { namespace?: string; name: string }, options: object) => {
    const id = `${resource.kind}/${namespace}/${name}`;
    requests.push(id);
    metadataOnly.push((options as { metadataOnly?: boolean }).metadataOnly);
    if (failure) return Promise.reject(failure);
    return existing.has(id) ? Promise.resolve({}) : Promise.reject(refusal(404, 'not found'));
  },
} as unknown as Pick<KubeClient, 'get'>;

const references = (kinds = KINDS) =>
  new MissingReferences({
    client,
    kinds,
    logger: { debug: (...args: unknown[]) => logged.push(args) },
    now: () => now,
  });

const jobWith = (...secrets: string[]): Job => ({
  metadata: { namespace: 'team' },
  spec: {
    template: {
      spec: {
        priorityClassName: 'high',
        containers: [{ name: 'a', envFrom: secrets.map((name) => ({ secretRef: { name } })) }],
      },
    },
  },
});

it('warns of each missing object, with its namespace if it has one', async () => {
  expect(await references().warnings(jobWith('s'), signal)).toEqual([
    'PriorityClass "high" does not exist; it is referenced by the Pods',
    'Secret "s" does not exist in namespace "team"; it is referenced by container "a", envFrom',
  ]);
});

it('requests only metadata, and only of the configured kinds', async () => {
  expect(await references(['Secret']).warnings(jobWith('s'), signal)).toHaveLength(1);
  expect(requests).toEqual(['Secret/team/s']);
  expect(metadataOnly).toEqual([true]);
});

it('remembers for a minute that an object exists, and not that it is missing', async () => {
  existing.add('Secret/team/s');
  const each = references(['Secret']);
  for (let time = 0; time < 2; time += 1) await each.warnings(jobWith('s', 'missing'), signal);
  expect(requests).toEqual(['Secret/team/s', 'Secret/team/missing', 'Secret/team/missing']);
  now += 60_001;
  await each.warnings(jobWith('s'), signal);
  expect(requests.at(-1)).toBe('Secret/team/s');
  expect(requests).toHaveLength(4);
});

it('does not warn if the request fails, and logs why', async () => {
  failure = noAnswer();
  expect(await references(['Secret']).warnings(jobWith('s'), signal)).toEqual([]);
  expect(logged).toEqual([
    [{ err: failure, kind: 'Secret', namespace: 'team', name: 's' }, 'cannot check whether an object exists'],
  ]);
});

it('requests an object of the whole cluster without a namespace, and an object of each namespace on its own', async () => {
  for (const id of ['PriorityClass/-/high', 'Secret/team/s', 'Secret/other/s']) existing.add(id);
  const each = references();
  for (const namespace of ['team', 'other', 'team']) {
    expect(await each.warnings({ ...jobWith('s'), metadata: { namespace } }, signal)).toEqual([]);
  }
  expect(requests.toSorted()).toEqual(['PriorityClass/-/high', 'Secret/other/s', 'Secret/team/s']);
});

it('measures the time itself if it gets no clock', async () => {
  existing.add('Secret/team/s');
  const each = new MissingReferences({ client, kinds: ['Secret'], logger: { debug: () => undefined } });
  for (let time = 0; time < 2; time += 1) await each.warnings(jobWith('s'), signal);
  expect(requests).toEqual(['Secret/team/s']);
});

it('checks at most twenty objects', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `s${index}`);
  expect(await references(['Secret']).warnings(jobWith(...names), signal)).toHaveLength(20);
  expect(requests).toHaveLength(20);
});
