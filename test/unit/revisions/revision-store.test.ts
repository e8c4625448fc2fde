import { beforeEach, describe, expect, test } from 'vitest';
import { controllerRevision } from '../../../core/template/controller-revision.ts';
import { versionOfTemplate } from '../../../core/template/template-version.ts';
import type { RevisionStore } from '../../../revisions/revision-store.ts';
import { FakeRevisionServer, key, name, revision, template, version } from './fake-revision-server.ts';
import { revisionStore } from './revision-stores.ts';

describe('RevisionStore', () => {
  let server: FakeRevisionServer;
  let store: RevisionStore;

  beforeEach(() => {
    server = new FakeRevisionServer();
    store = revisionStore(server.client);
  });

  test('stores a template once, and finds it again', async () => {
    await store.keep(version);
    await store.keep(version);
    expect(server.calls).toEqual([`create ${name}`]);
    expect(await store.find(key, revision)).toMatchObject({
      key,
      uid: version.uid,
      generation: 1,
      compiled: { content: { spec: template.spec } },
    });
    expect(await store.list(key)).toEqual([revision]);
  });

  test('lists the one first that was created or used last', async () => {
    const of = (backoffLimit: number, creationTimestamp: string, used?: string) => {
      const other = versionOfTemplate({ ...template, spec: { ...template.spec, backoffLimit } });
      const stored = controllerRevision(other, 'team');
      const annotations = used === undefined ? {} : { 'hematoscope.app/last-used': used };
      const metadata = { ...stored.metadata, creationTimestamp, annotations };
      server.stored.set(metadata.name ?? '', { ...stored, metadata });
      return other.compiled.revision;
    };
    const old = of(1, '2026-11-23T10:00:00Z');
    const reused = of(2, '2026-11-23T09:00:00Z', '2026-11-23T12:00:00.5Z');
    const young = of(3, '2026-11-23T11:00:00Z');
    expect(await store.list(key)).toEqual([reused, young, old]);
  });

  test('sends one request for a revision that it has found', async () => {
    server.stored.set(name, controllerRevision(version, 'team'));
    await store.find(key, revision);
    await store.find(key, revision);
    expect(server.calls).toEqual([`get ${name}`]);
  });

  test('finds no revision that does not exist, and none of the other kind with the same name', async () => {
    server.stored.set(`cluster.echo-cjt-${revision}`, controllerRevision(version, 'system'));
    expect(await store.find(key, revision)).toBeUndefined();
    expect(await store.find({ kind: 'ClusterJobTemplate', name: 'echo' }, revision)).toBeUndefined();
  });

  test('makes a revision the newest again if an edit is reverted', async () => {
    await store.keep(version);
    await store.keep({ ...version, generation: 7 });
    expect(server.stored.get(name)?.revision).toBe(7);
  });

  test('transfers a revision to a recreated template of the same name and content', async () => {
    server.stored.set(name, { ...controllerRevision(version, 'team'), revision: 5 });
    server.template = { ...template, metadata: { ...template.metadata, uid: 'new', generation: 1 } };
    await store.keep(versionOfTemplate(server.template));
    expect(server.stored.get(name)?.metadata?.ownerReferences).toMatchObject([{ uid: 'new' }]);
    expect(server.stored.get(name)?.revision).toBe(1);
  });

  test('does not touch what is not its own, and reports it', async () => {
    server.stored.set(name, { metadata: { name, namespace: 'team' }, revision: 1, data: { of: 'somebody else' } });
    server.template = template;
    await expect(store.keep(version)).rejects.toThrow(
      `ControllerRevision team/${name} has the name of this revision, but other content; delete it`,
    );
    expect(server.calls).not.toContain(`patch ${name}`);
  });

  test('does not take a revision for its own if only the beginning of the hash is the same', async () => {
    await store.keep(version);
    const compiled = Object.assign(Object.create(version.compiled) as typeof version.compiled, { digest: 'other' });
    await expect(store.keep({ ...version, generation: 2, compiled })).rejects.toThrow('but other content');
  });

  test('finds only a revision that the template owns', async () => {
    await store.keep(version);
    expect(await store.find(key, revision, { owner: 'another template of this name' })).toBeUndefined();
    expect(await store.find(key, revision, { owner: version.uid })).toMatchObject({ owner: version.uid });
  });

  test('reads a revision again if the known one belongs to a template that was deleted', async () => {
    await store.keep(version);
    await store.find(key, revision);
    const owned = controllerRevision({ ...version, uid: 'new' }, 'team');
    server.stored.set(name, owned);
    expect(await store.find(key, revision, { owner: 'new' })).toMatchObject({ owner: 'new' });
  });

  test.each([
    ['no owner', undefined],
    ['no controller', false],
  ])(
    'finds no revision with %s while the template exists, but finds it after the template was deleted',
    async (_sentence, controller) => {
      const stored = controllerRevision(version, 'team');
      const { ownerReferences: [owner] = [], ...metadata } = stored.metadata!;
      server.stored.set(name, { ...stored, metadata });
      if (controller !== undefined) {
        server.stored.set(name, { ...stored, metadata: { ...metadata, ownerReferences: [{ ...owner!, controller }] } });
      }
      expect(await store.find(key, revision, { owner: version.uid })).toBeUndefined();
      expect((await store.find(key, revision)) === undefined).toBe(controller !== undefined);
    },
  );

  test('records a use, once for many', async () => {
    await store.keep(version);
    await store.touch(key, revision);
    await store.touch(key, revision);
    expect(server.calls.filter((call) => call.startsWith('patch'))).toHaveLength(1);
    expect(server.stored.get(name)?.metadata?.annotations).toHaveProperty('hematoscope.app/last-used');
  });
});
