import { describe, expect, it } from 'vitest';
import { CONTROLLER_REVISIONS } from '../../../../api/resources.ts';
import type { KubeClient } from '../../../../kube/client/client.ts';
import type { CallOptions } from '../../../../kube/client/request-options.ts';
import { TurnedClient } from '../../../../syncer/revisions/turned-client.ts';
import { NoTurnError, WriteTurns } from '../../../../syncer/run/write-turns.ts';
import { FakeTime } from '../callback/fake-time.ts';

const SLOW_MS = 2_000;

/** A client whose writes hang until they are aborted. */
function begin() {
  const time = new FakeTime();
  const sent: string[] = [];
  const hang = (options: CallOptions & { beforeSend?: (() => void) | undefined } = {}): Promise<never> => {
    options.beforeSend?.();
    const { promise, reject } = Promise.withResolvers<never>();
    options.signal?.addEventListener('abort', () => {
      reject(options.signal?.reason as Error);
    });
    return promise;
  };
  const client: Pick<KubeClient, 'create' | 'patch' | 'delete'> = {
    create: (_resource, namespace, _body, options) => {
      sent.push(`create ${namespace}`);
      return hang(options);
    },
    patch: (_resource, { namespace }, _body, options) => {
      sent.push(`patch ${namespace}`);
      return hang(options);
    },
    delete: (_resource, { namespace }, options) => {
      sent.push(`delete ${namespace}`);
      return hang(options);
    },
  };
  const turns = new WriteTurns({ timers: time });
  return { time, sent, turned: new TurnedClient(client, turns) };
}

type Write = (client: TurnedClient, namespace: string, options?: { signal?: AbortSignal }) => Promise<unknown>;
const WRITES: [string, Write][] = [
  ['create', (client, namespace, options) => client.create(CONTROLLER_REVISIONS, namespace, {}, options)],
  ['patch', (client, namespace, options) => client.patch(CONTROLLER_REVISIONS, { namespace, name: 'a' }, {}, options)],
  ['delete', (client, namespace, options) => client.delete(CONTROLLER_REVISIONS, { namespace, name: 'a' }, options)],
];

describe.each(WRITES)('a write that is a %s', (what, write) => {
  it('has the turn of its namespace until it is answered', async () => {
    const { turned, sent } = begin();
    const stop = new AbortController();
    const first = write(turned, 'a', { signal: stop.signal }).catch(String);
    await expect(write(turned, 'a')).rejects.toThrow(NoTurnError);
    void write(turned, 'b');
    expect(sent).toEqual([`${what} a`, `${what} b`]);
    stop.abort(new Error('stopped'));
    expect(await first).toBe('Error: stopped');
    void write(turned, 'a');
    expect(sent).toHaveLength(3);
  });

  it('makes room for others once there are enough slow ones', async () => {
    const { turned, time } = begin();
    const writes = ['a', 'b', 'c'].map((namespace) => write(turned, namespace).catch(String));
    time.pass(SLOW_MS);
    expect(await writes[2]).toContain('other namespaces go first');
  });
});
