import { beforeEach, describe, expect, test } from 'vitest';
import { controllerRevision } from '../../../core/template/controller-revision.ts';
import { versionOfTemplate } from '../../../core/template/template-version.ts';
import { ResponseTooLargeError } from '../../../kube/client/api-error.ts';
import { CompiledTemplates } from '../../../revisions/compiled-templates.ts';
import { ForeignRevisionError, RevisionStore } from '../../../revisions/revision-store.ts';
import { FakeRevisionServer, key, name, refusal, revision, template, version } from './fake-revision-server.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-11-23T10:00:00Z');
const options = { timeoutMs: 1234 };
const USED = 'hematoscope.app/last-used';

let server: FakeRevisionServer;
let store: RevisionStore;
let now: number;

beforeEach(() => {
  server = new FakeRevisionServer();
  now = START;
  const templates = new CompiledTemplates();
  store = new RevisionStore({ client: server.client, clusterNamespace: 'system', templates, now: () => now });
});

const conflict = () => refusal(409, 'Conflict');

describe('what is remembered', () => {
  test('a stored revision is stored again after a minute: a user may have deleted it', async () => {
    await store.keep(version);
    server.stored.clear();
    now += MINUTE;
    await store.keep(version);
    expect(server.stored.size).toBe(0);
    now += 1;
    await store.keep(version);
    expect(server.stored.has(name)).toBe(true);
  });

  test('a use is recorded again after a minute', async () => {
    await store.keep(version);
    expect(await store.touch(key, revision, options)).toBe(true);
    expect(await store.touch(key, revision)).toBe(true);
    now += MINUTE + 1;
    expect(await store.touch(key, revision)).toBe(true);
    expect(server.calls).toEqual([`create ${name}`, `patch ${name}`, `patch ${name}`]);
    expect(server.requests[1]).toEqual([
      { namespace: 'team', name },
      { metadata: { annotations: { [USED]: '2026-11-23T10:00:00.000Z' } } },
      options,
    ]);
    expect(server.stored.get(name)?.metadata?.annotations).toEqual({ [USED]: '2026-11-23T10:01:00.001Z' });
  });

  test('another version, template or revision is not the same', async () => {
    await store.keep(version);
    await store.keep({ ...version, generation: 2 });
    await store.keep({ ...version, uid: 'another', generation: 2 });
    await store.keep({ ...version, key: { ...key, name: 'other' } });
    expect(server.calls.filter((call) => call.startsWith('create'))).toHaveLength(4);
    await store.touch(key, revision);
    await store.touch({ ...key, name: 'other' }, revision);
    expect(server.requests.slice(-2).map(([object]) => object)).toEqual([
      { namespace: 'team', name },
      { namespace: 'team', name: `other-${revision}` },
    ]);
  });

  test('a use of a revision that does not exist is reported, and the revision is not found any more', async () => {
    await store.keep(version);
    expect(await store.find(key, revision)).toBeDefined();
    server.stored.clear();
    expect(await store.touch(key, revision)).toBe(false);
    expect(await store.touch(key, revision)).toBe(false);
    expect(await store.find(key, revision)).toBeUndefined();
  });

  test('a use that could not be recorded is an error, and is recorded by the next call', async () => {
    await store.keep(version);
    server.before = () => {
      throw refusal(500, 'InternalError');
    };
    await expect(store.touch(key, revision)).rejects.toThrow('InternalError');
    server.before = () => undefined;
    expect(await store.touch(key, revision)).toBe(true);
    expect(server.stored.get(name)?.metadata?.annotations).toHaveProperty([USED]);
  });
});

describe('calls at the same time', () => {
  test('share one write', async () => {
    await Promise.all([store.keep(version), store.keep(version), store.keep(version)]);
    expect(server.calls).toEqual([`create ${name}`]);
  });

  test('each try again after a write that failed', async () => {
    let failures = 1;
    server.before = () => {
      failures -= 1;
      if (failures >= 0) throw refusal(500, 'InternalError');
    };
    const results = await Promise.allSettled([store.keep(version), store.keep(version)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(server.calls).toEqual([`create ${name}`, `create ${name}`]);
  });

  test('a call that fails does not count as the write of a later call', async () => {
    server.before = () => {
      throw refusal(403, 'Forbidden');
    };
    await expect(store.keep(version)).rejects.toThrow('Forbidden');
    await expect(store.keep(version)).rejects.toThrow('Forbidden');
    expect(server.calls).toHaveLength(2);
  });
});

describe('what others do between two requests', () => {
  beforeEach(() => {
    server.stored.set(name, { ...controllerRevision(version, 'team'), revision: 1 });
  });
  const later = { ...version, generation: 5 };

  test('a revision that was changed is read and written again', async () => {
    let conflicts = 2;
    server.before = (call) => {
      conflicts -= Number(call.startsWith('patch'));
      if (call.startsWith('patch') && conflicts >= 0) throw conflict();
    };
    await store.keep(later, options);
    expect(server.stored.get(name)?.revision).toBe(5);
    expect(server.calls).toEqual([
      `create ${name}`,
      ...Array.from({ length: 3 }, () => [`get ${name}`, `patch ${name}`]).flat(),
    ]);
    for (const request of server.requests) expect(request.at(-1)).toEqual(options);
  });

  test('a revision that was deleted is created', async () => {
    server.before = (call) => {
      if (call.startsWith('patch')) server.stored.clear();
    };
    await store.keep(later);
    expect(server.stored.get(name)?.revision).toBe(5);
    expect(server.calls).toEqual([`create ${name}`, `get ${name}`, `patch ${name}`, `get ${name}`, `create ${name}`]);
  });

  test('the fourth conflict is an error', async () => {
    server.before = (call) => {
      if (!call.startsWith('get')) throw conflict();
    };
    await expect(store.keep(later)).rejects.toThrow('Conflict');
    expect(server.calls.filter((call) => !call.startsWith('get'))).toHaveLength(4);
  });

  test('another error is an error at once', async () => {
    server.before = () => {
      throw refusal(500, 'InternalError');
    };
    await expect(store.keep(later)).rejects.toThrow('InternalError');
    expect(server.calls).toHaveLength(1);
  });
});

describe('a revision that exists', () => {
  const existing = controllerRevision(version, 'team');
  beforeEach(() => {
    const metadata = { ...existing.metadata, uid: 'r', resourceVersion: '77' };
    server.stored.set(name, { ...existing, metadata, revision: 3 });
  });

  test.each([3, 2])('is not written if it is the newest one already (generation %d of 3)', async (generation) => {
    await store.keep({ ...version, generation });
    expect(server.calls).toEqual([`create ${name}`, `get ${name}`]);
  });

  test('is written only if it is the object that was read', async () => {
    await store.keep({ ...version, generation: 4 });
    expect(server.requests.at(-1)?.slice(0, 2)).toEqual([
      { namespace: 'team', name },
      {
        metadata: { uid: 'r', resourceVersion: '77', annotations: { [USED]: '2026-11-23T10:00:00.000Z' } },
        revision: 4,
      },
    ]);
  });

  test('is read again after it was written', async () => {
    await store.find(key, revision);
    await store.keep({ ...version, generation: 4 });
    expect(await store.find(key, revision)).toMatchObject({ generation: 4 });
  });

  test.each([
    ['is not the one that exists', { ...template, metadata: { ...template.metadata, uid: 'present' } }],
    ['was deleted', undefined],
  ])('is not given to a template that %s', async (_, live) => {
    server.template = live;
    await store.keep({ ...version, uid: 'earlier', generation: 9 }, options);
    expect(server.stored.get(name)?.revision).toBe(3);
    expect(server.requests).toContainEqual(['JobTemplate', { namespace: 'team', name: 'echo' }, options]);
  });

  test('of a ClusterJobTemplate is in the namespace of the release, and its owner is a ClusterJobTemplate', async () => {
    const cluster = { ...version, key: { kind: 'ClusterJobTemplate' as const, name: 'echo' } };
    await store.keep(cluster);
    await store.keep({ ...cluster, uid: 'earlier', generation: 9 }, options);
    expect(server.requests[0]?.[0]).toBe('system');
    expect(server.requests).toContainEqual(['ClusterJobTemplate', { name: 'echo' }, options]);
  });

  test('is found with an error if it cannot be read', async () => {
    server.before = () => {
      throw refusal(403, 'Forbidden');
    };
    await expect(store.find(key, revision)).rejects.toThrow('Forbidden');
  });

  test('with other content is an error of its own class', async () => {
    server.stored.set(name, { ...existing, data: {} });
    const error: unknown = await store.keep(version).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ForeignRevisionError);
    expect(error).toHaveProperty('name', 'ForeignRevisionError');
  });
});

describe('a list', () => {
  test('asks for the metadata of at most a hundred revisions of this template', async () => {
    expect(await store.list(key, options)).toEqual([]);
    expect(server.requests).toEqual([
      [
        {
          namespace: 'team',
          labelSelector: 'hematoscope.app/job-template=echo,hematoscope.app/template-revision',
          limit: 100,
        },
        expect.objectContaining({ ...options, metadataOnly: true, maxBytes: 8 * 1024 * 1024 }),
      ],
    ]);
  });

  test('asks for fewer revisions if their metadata are too large', async () => {
    server.stored.set(name, controllerRevision(version, 'team'));
    server.before = () => {
      if (server.requests.length < 3) throw new ResponseTooLargeError('too large');
    };
    expect(await store.list(key, options)).toEqual([revision]);
    const limits = server.requests.map(([selection]) => (selection as { limit: number }).limit);
    expect(limits).toEqual([100, 50, 25]);
  });

  test('leaves out what has the label of the template, but not the name of its revision', async () => {
    const own = controllerRevision(version, 'team');
    const labels = { ...own.metadata?.labels, 'hematoscope.app/template-revision': 'other' };
    server.stored.set(name, own);
    server.stored.set('a', { ...own, metadata: { ...own.metadata, name: 'a' } });
    server.stored.set('b', { ...own, metadata: { ...own.metadata, labels } });
    server.stored.set('c', { ...own, metadata: { name: 'c' } });
    server.stored.set('d', { revision: 1 });
    expect(await store.list(key)).toEqual([revision]);
  });

  test('leaves out what another template of the same name owns, or none, if the owner is known', async () => {
    const own = controllerRevision(version, 'team');
    const other = controllerRevision(
      versionOfTemplate({ ...template, spec: { ...template.spec, backoffLimit: 7 } }),
      'team',
    );
    const predecessor = { ...own.metadata!.ownerReferences![0]!, uid: 'predecessor' };
    server.stored.set(name, own);
    for (const ownerReferences of [[predecessor], []]) {
      server.stored.set('other', { ...other, metadata: { ...other.metadata, ownerReferences } });
      expect(await store.list(key, { owner: version.uid })).toEqual([revision]);
      expect(await store.list(key)).toHaveLength(2);
    }
  });

  test('takes a mark of use that is no time for none', async () => {
    const of = (backoffLimit: number, creationTimestamp: string, used: string) => {
      const other = versionOfTemplate({ ...template, spec: { ...template.spec, backoffLimit } });
      const object = controllerRevision(other, 'team');
      const metadata = { ...object.metadata, creationTimestamp, annotations: { [USED]: used } };
      server.stored.set(metadata.name ?? '', { ...object, metadata });
      return other.compiled.revision;
    };
    const second = of(1, '2026-11-23T10:00:00Z', 'yesterday');
    const first = of(2, '2026-11-23T11:00:00Z', 'yesterday');
    expect(await store.list(key)).toEqual([first, second]);
  });
});
