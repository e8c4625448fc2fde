import type { KubeClient } from '../../kube/client/client.ts';
import type { CallOptions, DeleteOptions, WriteOptions } from '../../kube/client/request-options.ts';
import type { WriteTurns } from '../run/write-turns.ts';

/** The key of the turns of a namespace: all its writes are equal. */
const NAME = 'revisions';

type Options = CallOptions & Pick<WriteOptions, 'beforeSend'>;

/**
 * Writes with a client in turns: the admission webhooks of a namespace can delay its writes, and should delay no others.
 * Each write throws a `NoTurnError` if others go first.
 */
export class TurnedClient implements Pick<KubeClient, 'create' | 'patch' | 'delete'> {
  readonly #client: Pick<KubeClient, 'create' | 'patch' | 'delete'>;
  readonly #turns: Pick<WriteTurns, 'take' | 'next'>;

  constructor(client: Pick<KubeClient, 'create' | 'patch' | 'delete'>, turns: Pick<WriteTurns, 'take' | 'next'>) {
    this.#client = client;
    this.#turns = turns;
  }

  create: KubeClient['create'] = (resource, namespace, body, options) =>
    this.#inTurn(namespace, options, (turned: WriteOptions) => this.#client.create(resource, namespace, body, turned));

  patch: KubeClient['patch'] = (resource, key, body, options) =>
    this.#inTurn(key.namespace, options, (turned: WriteOptions) => this.#client.patch(resource, key, body, turned));

  delete: KubeClient['delete'] = (resource, key, options) =>
    this.#inTurn(key.namespace, options, (turned: DeleteOptions) => this.#client.delete(resource, key, turned));

  async #inTurn<T, O extends Options>(
    namespace: string | undefined,
    options: O | undefined,
    send: (options: O) => Promise<T>,
  ): Promise<T> {
    const key = `${namespace ?? ''}/${NAME}`;
    const turn = this.#turns.take(key);
    const { signal, beforeSend } = options ?? {};
    const turned = {
      ...(options as O),
      signal: AbortSignal.any([turn.signal, ...(signal ? [signal] : [])]),
      beforeSend: () => {
        beforeSend?.();
        turn.sent();
      },
    };
    try {
      return await send(turned);
    } finally {
      turn.end();
      this.#turns.next(key);
    }
  }
}
