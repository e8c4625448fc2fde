import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Resource } from '../../../../api/resources.ts';
import type { KubeObject } from '../../../../api/wire.ts';
import type { KubeClient } from '../../../../kube/client/client.ts';
import type { KubeList, ListPage } from '../../../../kube/client/request-options.ts';
import type { WatchEvent } from '../../../../kube/watch/watch-stream.ts';
import { ConfiguredPaths } from '../../../../webhook/door/configured-paths.ts';
import { collectedLog, type LogLine } from '../collected-log.ts';

const SECRET = 'a-secret-that-has-thirty-two-bytes-or-more';
const BOTH = { validatingWebhookConfiguration: 'v', mutatingWebhookConfiguration: 'm' };

/** Has one configuration of each kind at most, and sends changes to the watches. */
class Configurations implements Pick<KubeClient, 'list' | 'watch'> {
  readonly stored = new Map<string, KubeObject>();
  readonly selectors: (string | undefined)[] = [];
  #version = 1;
  readonly #watches = new Map<string, (event: WatchEvent<KubeObject>) => void>();

  set({ kind }: { kind: string }, ...clientConfigs: object[]): void {
    this.#version += 1;
    const type = this.stored.has(kind) ? 'MODIFIED' : 'ADDED';
    const object: KubeObject & { webhooks: object[] } = {
      metadata: { name: 'one', uid: 'u', resourceVersion: String(this.#version) },
      webhooks: clientConfigs.map((clientConfig, index) => ({ name: `w${index}`, clientConfig })),
    };
    this.stored.set(kind, object);
    this.#watches.get(kind)?.({ type, object });
  }

  delete({ kind }: { kind: string }): void {
    this.#watches.get(kind)?.({ type: 'DELETED', object: this.stored.get(kind)! });
  }

  list<T extends KubeObject>({ kind }: Resource, { fieldSelector }: ListPage = {}): Promise<KubeList<T>> {
    this.selectors.push(fieldSelector);
    const stored = this.stored.get(kind);
    const items = stored === undefined ? [] : [stored as T];
    return Promise.resolve({ metadata: { resourceVersion: String(this.#version) }, items });
  }

  async *watch<T extends KubeObject>(
    { kind }: Resource,
    _start: object,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<WatchEvent<T>> {
    for (;;) {
      yield await new Promise<WatchEvent<T>>((resolve, reject) => {
        this.#watches.set(kind, resolve as (event: WatchEvent<KubeObject>) => void);
        signal?.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    }
  }
}

const VALIDATING = { kind: 'ValidatingWebhookConfiguration' };
const MUTATING = { kind: 'MutatingWebhookConfiguration' };
const service = (path: string) => ({ service: { name: 's', namespace: 'n', path } });

let running: ConfiguredPaths | undefined;
let lines: LogLine[];

afterEach(async () => {
  await running?.stop();
  running = undefined;
});

function start(client: Configurations, config = BOTH): ConfiguredPaths {
  const log = collectedLog();
  lines = log.lines;
  running = new ConfiguredPaths({ client, config, logger: log.logger });
  running.start();
  return running;
}

const warnings = () => lines.filter(({ level }) => level === 40).map(({ msg }) => msg);

describe('the paths of the webhook configurations', () => {
  it('open the door, whether they are of a Service or of a URL', async () => {
    const client = new Configurations();
    client.set(VALIDATING, service(`/${SECRET}/validate`), service(`/${SECRET}/validate`));
    client.set(MUTATING, { url: `https://127.0.0.1:9443/${SECRET}/mutate` });
    const paths = start(client);
    await vi.waitFor(() => {
      expect(paths.problem).toBeUndefined();
    });
    expect(paths.door.webhookAt(`/${SECRET}/validate`)).toBe('validate');
    expect(paths.door.webhookAt(`/${SECRET}/mutate`)).toBe('mutate');
    expect(paths.door.webhookAt('/validate')).toBeUndefined();
    expect(client.selectors).toEqual(['metadata.name=v', 'metadata.name=m']);
    expect(warnings()).toEqual([]);
    expect(JSON.stringify(lines)).not.toContain(SECRET);
  });

  it('are awaited, with the configuration that has none', async () => {
    const client = new Configurations();
    client.set(VALIDATING, service('/mutate'), {});
    client.set(MUTATING, service(`/${SECRET}/mutate`));
    const paths = start(client);
    const missing = 'no path that ends in /validate is known yet from ValidatingWebhookConfiguration v';
    expect(paths.problem).toBe(missing);
    await vi.waitFor(() => {
      expect(paths.door.webhookAt(`/${SECRET}/mutate`)).toBe('mutate');
    });
    expect(paths.problem).toBe(missing);
    expect(paths.door.webhookAt('/mutate')).toBeUndefined();
  });

  it('are followed when they change, and kept when the configuration is deleted', async () => {
    const client = new Configurations();
    client.set(VALIDATING, service(`/${SECRET}/validate`));
    const { door } = start(client, { ...BOTH, mutatingWebhookConfiguration: '' });
    await vi.waitFor(() => {
      expect(door.webhookAt(`/${SECRET}/validate`)).toBe('validate');
    });
    client.set(VALIDATING, service(`/another-${SECRET}/validate`));
    await vi.waitFor(() => {
      expect(door.webhookAt(`/another-${SECRET}/validate`)).toBe('validate');
    });
    expect(door.webhookAt(`/${SECRET}/validate`)).toBe('validate');
    client.delete(VALIDATING);
    await new Promise(setImmediate);
    expect(door.webhookAt(`/another-${SECRET}/validate`)).toBe('validate');
  });

  it('without a secret are a warning', async () => {
    const client = new Configurations();
    client.set(VALIDATING, service('/path-token/validate'));
    const paths = start(client, { ...BOTH, mutatingWebhookConfiguration: '' });
    await vi.waitFor(() => {
      expect(paths.problem).toBeUndefined();
    });
    expect(warnings()).toEqual([
      'the path in ValidatingWebhookConfiguration v is not secret: set a random one (docs/operations.md)',
    ]);
  });

  it('are the well-known ones if no configuration is named', () => {
    const paths = start(new Configurations(), { validatingWebhookConfiguration: '', mutatingWebhookConfiguration: '' });
    expect(paths.problem).toBeUndefined();
    expect(paths.door.webhookAt('/validate')).toBe('validate');
  });
});
