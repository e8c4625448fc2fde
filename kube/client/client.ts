import { PODS } from '../../api/resources.ts';
import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import { watchEvents } from '../watch/watch-stream.ts';
import type { WatchEvent } from '../watch/watch-stream.ts';
import { KubeConnectionError } from './api-error.ts';
import type { ClusterConfig } from './cluster-config.ts';
import { Connection } from './connection.ts';
import { listOf } from './list-answer.ts';
import { namesInTable } from './table-answer.ts';
import type {
  CallOptions,
  DeleteOptions,
  KubeList,
  ListPage,
  LogSelection,
  NamesOptions,
  ReadOptions,
  WatchStart,
  WriteOptions,
} from './request-options.ts';
import { RequestSender } from './request-sender.ts';
import type { RequestSenderOptions } from './request-sender.ts';
import { collectionPath, objectPath } from './resource-path.ts';
import type { ObjectKey } from './resource-path.ts';

export interface KubeClientOptions extends RequestSenderOptions {
  /** Sockets for ordinary calls (default 6), for watches where they cannot share one (default 4), and for logs (default 4). */
  connections?: number;
  watchConnections?: number;
  logConnections?: number;
}

/**
 * A client of one API server that reuses a few connections. JSON in, JSON out: timestamps stay strings, nothing is
 * converted. Every refusal is a `KubeApiError`, every missing answer a {@link KubeConnectionError}, and an abort throws
 * the signal's reason. Safe to share.
 */
export class KubeClient {
  readonly #connection: Connection;
  readonly #sender: RequestSender;

  private constructor(connection: Connection, options: KubeClientOptions) {
    this.#connection = connection;
    this.#sender = new RequestSender(connection, options);
  }

  /** Takes TLS settings, client certificates, tokens and exec plugins from the KubeConfig, and refreshes them. */
  static fromKubeConfig(kubeConfig: ClusterConfig, options: KubeClientOptions = {}): KubeClient {
    const { connections: calls = 6, watchConnections: watches = 4, logConnections: logs = 4 } = options;
    return new KubeClient(new Connection(kubeConfig, { calls, watches, logs }), options);
  }

  async get<T extends KubeObject>(resource: Resource, key: ObjectKey, options: ReadOptions = {}): Promise<T> {
    return this.#sender.send<T>({ ...options, method: 'GET', path: objectPath(resource, key) });
  }

  /** Returns one page. To get the next, pass the page's `metadata.continue` as {@link ListPage.continue}. */
  async list<T extends KubeObject>(
    resource: Resource,
    page: ListPage = {},
    options: ReadOptions = {},
  ): Promise<KubeList<T>> {
    const { namespace, ...query } = page;
    const path = collectionPath(resource, namespace);
    const answer = await this.#sender.send<unknown>({ ...options, method: 'GET', path, query, isList: true });
    const list = listOf<T>(answer);
    if (!list) throw new KubeConnectionError(`GET ${path}: the answer is not a list: ${excerpt(answer)}`);
    return list;
  }

  /**
   * The names of the objects of the first page. The answer has only the columns that people see: so it is small, however
   * large the objects and their metadata are.
   */
  async names(resource: Resource, page: Omit<ListPage, 'continue'>, options: NamesOptions = {}): Promise<string[]> {
    const { namespace, ...selection } = page;
    const path = collectionPath(resource, namespace);
    const query = { ...selection, includeObject: 'None' };
    const answer = await this.#sender.send<unknown>({ ...options, method: 'GET', path, query, isTable: true });
    const names = namesInTable(answer);
    if (!names) throw new KubeConnectionError(`GET ${path}: the answer is not a table: ${excerpt(answer)}`);
    return names;
  }

  async create<T extends KubeObject>(
    resource: Resource,
    namespace: string | undefined,
    body: T,
    options: WriteOptions = {},
  ): Promise<T> {
    return this.#sender.send<T>({ ...options, method: 'POST', path: collectionPath(resource, namespace), body });
  }

  /** Merge patch (RFC 7386): `null` removes a field, a list replaces the list. */
  async patch<T extends KubeObject>(
    resource: Resource,
    key: ObjectKey,
    body: unknown,
    options: WriteOptions = {},
  ): Promise<T> {
    const contentType = 'application/merge-patch+json';
    return this.#sender.send<T>({ ...options, method: 'PATCH', path: objectPath(resource, key), body, contentType });
  }

  /** Replaces the whole object; a `resourceVersion` in the body makes it conditional. */
  async replace<T extends KubeObject>(
    resource: Resource,
    key: ObjectKey,
    body: T,
    options: WriteOptions = {},
  ): Promise<T> {
    return this.#sender.send<T>({ ...options, method: 'PUT', path: objectPath(resource, key), body });
  }

  /** Returns what the server answers with: the deleted object, or a Status. */
  async delete(resource: Resource, key: ObjectKey, options: DeleteOptions = {}): Promise<KubeObject> {
    const { propagationPolicy, preconditions, dryRun, ...rest } = options;
    // If the request has a body, the server reads all options from it.
    const given = { propagationPolicy, preconditions, dryRun: dryRun === true ? ['All'] : undefined };
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...given };
    return this.#sender.send<KubeObject>({ ...rest, method: 'DELETE', path: objectPath(resource, key), body });
  }

  /**
   * Yields the events after `resourceVersion`, with bookmarks, until the server closes the watch or the signal aborts.
   * Watches do not take connections from ordinary calls. In-band `ERROR` events are yielded, not thrown.
   */
  async *watch<T extends KubeObject>(
    resource: Resource,
    start: WatchStart,
    options: Pick<CallOptions, 'signal'> = {},
  ): AsyncGenerator<WatchEvent<T>> {
    const { namespace, inactivityMs, ...selection } = start;
    const path = collectionPath(resource, namespace);
    const query = { ...selection, watch: true, allowWatchBookmarks: true };
    const body = this.#sender.stream({ method: 'GET', path, query, signal: options.signal }, { inactivityMs });
    yield* watchEvents<T>(body);
  }

  /**
   * Yields the output of one container in chunks, until the server ends it, the connection is silent for too long, or
   * the signal aborts. If the caller takes no chunks, the server sends none.
   */
  log(pod: ObjectKey, selection: LogSelection, options: Pick<CallOptions, 'signal'> = {}): AsyncGenerator<Uint8Array> {
    const { inactivityMs, ...query } = selection;
    const path = objectPath(PODS, { ...pod, subresource: 'log' });
    const call = { method: 'GET' as const, path, query, signal: options.signal };
    return this.#sender.stream(call, { inactivityMs, isLog: true });
  }

  /** Closes all connections; requests in flight fail. */
  async close(): Promise<void> {
    await this.#connection.close();
  }
}

function excerpt(answer: unknown): string {
  return JSON.stringify(answer).slice(0, 200);
}
