import type { Dispatcher } from 'undici';
import packageJson from '../../package.json' with { type: 'json' };
import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import { KubeApiError, KubeConnectionError } from './api-error.ts';
import type { BeforeSend } from './before-send.ts';
import type { ClusterConfig } from './cluster-config.ts';
import { Connection } from './connection.ts';
import type { Route } from './connection.ts';
import { collectionPath, objectPath } from './resource-path.ts';
import type { ObjectKey } from './resource-path.ts';
import { parseWarnings } from './warning-header.ts';
import { watchEvents } from '../watch/watch-stream.ts';
import type { WatchEvent } from '../watch/watch-stream.ts';

/** Told of every answered or failed request; `code` is the HTTP status, or `<error>` when none came. */
export interface RequestObserver {
  (request: { method: string; host: string; code: string; seconds: number }): void;
}

export interface KubeClientOptions {
  /** Part of the User-Agent, so that an audit log tells the processes apart. */
  component?: string;
  /**
   * Limit in milliseconds of an ordinary call, from the call to the last byte, and of a watch until it begins. Default
   * {@link ANSWER_MS}.
   */
  timeoutMs?: number;
  /** Sockets for ordinary calls (default 6), and for watches where they cannot share one (default 4). */
  connections?: number;
  watchConnections?: number;
  onRequest?: RequestObserver;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** Limit of this call in milliseconds instead of the client's. */
  timeoutMs?: number | undefined;
}

export interface ReadOptions extends CallOptions {
  /** Nothing but apiVersion, kind and metadata is sent: no content of a Secret, for instance. */
  metadataOnly?: boolean | undefined;
}

export interface WriteOptions extends CallOptions, BeforeSend {
  /** Everything happens but the storing. */
  dryRun?: boolean | undefined;
  /** `Strict`: unknown and duplicate fields are refused instead of dropped. */
  fieldValidation?: 'Ignore' | 'Warn' | 'Strict' | undefined;
  /** Called with each text of the response's `Warning` headers. */
  onWarning?: ((text: string) => void) | undefined;
}

export interface DeleteOptions {
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground' | undefined;
  preconditions?: { uid?: string | undefined; resourceVersion?: string | undefined } | undefined;
}

/** Which objects a list or watch is about. */
export interface Selection {
  /** Absent: all namespaces. */
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
}

export interface ListPage extends Selection {
  limit?: number;
  /** The `metadata.continue` of the page before. */
  continue?: string | undefined;
  resourceVersion?: string;
  resourceVersionMatch?: 'NotOlderThan' | 'Exact';
}

export interface KubeList<T extends KubeObject> {
  metadata: { resourceVersion?: string; continue?: string; remainingItemCount?: number };
  items: T[];
}

export interface WatchStart extends Selection {
  resourceVersion: string;
  /** After this time the server ends the watch by itself. */
  timeoutSeconds: number;
  /** A silence of this many milliseconds counts as a dead connection; bookmarks come about once a minute. */
  inactivityMs: number;
}

interface Call extends WriteOptions, ReadOptions {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  contentType?: string;
}

/**
 * As long as the API server may keep a request in its queue before it answers 429
 * (https://kubernetes.io/docs/concepts/cluster-administration/flow-control/). What takes longer was lost on its way.
 */
const ANSWER_MS = 15_000;
/** https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/**
 * Talks to one API server over a few kept connections. JSON in, JSON out: timestamps stay strings, nothing is
 * converted. Every refusal is a {@link KubeApiError}, every missing answer a {@link KubeConnectionError}, and an abort
 * throws the signal's reason. Safe to share.
 */
export class KubeClient {
  readonly #connection: Connection;
  readonly #userAgent: string;
  readonly #timeoutMs: number;
  readonly #onRequest: RequestObserver | undefined;
  readonly #host: string;
  /** Whether the last request got an answer. */
  #reachable = true;

  private constructor(connection: Connection, options: KubeClientOptions) {
    this.#connection = connection;
    this.#userAgent = `job-template-run/${packageJson.version} (${options.component ?? 'client'})`;
    this.#timeoutMs = options.timeoutMs ?? ANSWER_MS;
    this.#onRequest = options.onRequest;
    this.#host = new URL(connection.origin).host;
  }

  /** TLS, client certificates, tokens and exec plugins are taken from the KubeConfig and kept fresh. */
  static fromKubeConfig(kubeConfig: ClusterConfig, options: KubeClientOptions = {}): KubeClient {
    const limits = { calls: options.connections ?? 6, watches: options.watchConnections ?? 4 };
    return new KubeClient(new Connection(kubeConfig, limits), options);
  }

  async get<T extends KubeObject>(resource: Resource, key: ObjectKey, options: ReadOptions = {}): Promise<T> {
    return this.#call<T>({ ...options, method: 'GET', path: objectPath(resource, key) });
  }

  /** One page of a list; {@link ListPage.continue} asks for the next. */
  async list<T extends KubeObject>(
    resource: Resource,
    page: ListPage = {},
    options: CallOptions = {},
  ): Promise<KubeList<T>> {
    const { namespace, ...query } = page;
    const path = collectionPath(resource, namespace);
    const list = await this.#call<KubeList<T>>({ ...options, method: 'GET', path, query });
    if (!isList(list)) throw new KubeConnectionError(`GET ${path}: the answer is not a list: ${excerpt(list)}`);
    return list;
  }

  async create<T extends KubeObject>(
    resource: Resource,
    namespace: string | undefined,
    body: T,
    options: WriteOptions = {},
  ): Promise<T> {
    return this.#call<T>({ ...options, method: 'POST', path: collectionPath(resource, namespace), body });
  }

  /** Merge patch (RFC 7386): `null` removes a field, a list replaces the list. */
  async patch<T extends KubeObject>(
    resource: Resource,
    key: ObjectKey,
    body: unknown,
    options: WriteOptions & { type?: 'merge' } = {},
  ): Promise<T> {
    const contentType = 'application/merge-patch+json';
    return this.#call<T>({ ...options, method: 'PATCH', path: objectPath(resource, key), body, contentType });
  }

  /** Replaces the whole object; a `resourceVersion` in the body makes it conditional. */
  async replace<T extends KubeObject>(
    resource: Resource,
    key: ObjectKey,
    body: T,
    options: WriteOptions = {},
  ): Promise<T> {
    return this.#call<T>({ ...options, method: 'PUT', path: objectPath(resource, key), body });
  }

  /**
   * Returns the deleted object, or the Status that the server answers with. An object that is not as `preconditions` say
   * is left alone, and the server answers with a Conflict.
   */
  async delete(
    resource: Resource,
    key: ObjectKey,
    options: CallOptions & Pick<WriteOptions, 'dryRun' | 'beforeSend'> & DeleteOptions = {},
  ): Promise<KubeObject> {
    const { propagationPolicy, preconditions, dryRun, ...rest } = options;
    // The server reads all options from the body once there is one.
    const given = { propagationPolicy, preconditions, dryRun: dryRun === true ? ['All'] : undefined };
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...given };
    return this.#call<KubeObject>({ ...rest, method: 'DELETE', path: objectPath(resource, key), body });
  }

  /**
   * Events from `resourceVersion` on, with bookmarks, until the server ends the watch or the signal aborts. Uses a
   * connection of its own. In-band `ERROR` events are yielded, not thrown.
   */
  async *watch<T extends KubeObject>(
    resource: Resource,
    start: WatchStart,
    options: Pick<CallOptions, 'signal'> = {},
  ): AsyncGenerator<WatchEvent<T>> {
    const { namespace, inactivityMs, ...query } = start;
    const path = this.#path(collectionPath(resource, namespace), { ...query, watch: true, allowWatchBookmarks: true });
    const call: Call = { method: 'GET', path, signal: options.signal };
    const route = await this.#route(call);
    const request = this.#request(call, route);
    try {
      const response = await this.#observed(call, () =>
        route.watches.request({ ...request, headersTimeout: this.#timeoutMs, bodyTimeout: inactivityMs }),
      );
      if (response.statusCode >= 400) throw await this.#refusal(call, response);
      yield* watchEvents<T>(response.body);
    } catch (error) {
      if (isTimeout(error)) this.#connection.vanished(route);
      throw this.#explain(call, error);
    }
  }

  /** Ends all connections; requests in flight fail. */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #call<T>(call: Call): Promise<T> {
    const { dryRun, fieldValidation } = call;
    const query = { ...call.query, dryRun: dryRun === true ? 'All' : undefined, fieldValidation };
    const full: Call = { ...call, path: this.#path(call.path, query) };
    const wasReachable = this.#reachable;
    try {
      return await this.#attempt<T>(full);
    } catch (error) {
      if (error instanceof KubeApiError && error.code === 401) this.#connection.distrustCredentials();
      else if (!(call.method === 'GET' && wasReachable && isStaleSocket(error))) throw error;
      return this.#attempt<T>(full);
    }
  }

  async #attempt<T>(call: Call): Promise<T> {
    const timer = new AbortController();
    const timeoutMs = call.timeoutMs ?? this.#timeoutMs;
    const timeout = setTimeout(() => {
      timer.abort(new KubeConnectionError(`${call.method} ${call.path}: no answer in ${timeoutMs} ms`));
    }, timeoutMs);
    const signal = call.signal ? AbortSignal.any([call.signal, timer.signal]) : timer.signal;
    try {
      const route = await this.#route(call);
      // The timer above covers all of it; undici's own would wake the process once more for each call.
      const request = { ...this.#request(call, route), signal, headersTimeout: 0, bodyTimeout: 0 };
      const response = await this.#observed(call, () => route.calls.request(request));
      if (response.statusCode >= 400) throw await this.#refusal(call, response);
      if (call.onWarning) parseWarnings(response.headers['warning']).forEach(call.onWarning);
      return (await response.body.json()) as T;
    } catch (error) {
      throw this.#explain(call, timer.signal.aborted ? timer.signal.reason : error);
    } finally {
      clearTimeout(timeout);
    }
  }

  async #route(call: Call): Promise<Route> {
    try {
      return await this.#connection.route();
    } catch (cause) {
      throw new KubeConnectionError(`${call.method} ${call.path}: no credentials: ${messageOf(cause)}`, { cause });
    }
  }

  #request(call: Call, route: Route): Dispatcher.RequestOptions & BeforeSend {
    const headers: Record<string, string> = {
      ...route.headers,
      'User-Agent': this.#userAgent,
      Accept: call.metadataOnly === true ? METADATA_ONLY : 'application/json',
    };
    const { method, path, beforeSend } = call;
    const request = { origin: this.#connection.origin, path, method, headers, ...(beforeSend && { beforeSend }) };
    const signal = call.signal ? { signal: call.signal } : {};
    if (call.body === undefined) return { ...request, ...signal };
    headers['Content-Type'] = call.contentType ?? 'application/json';
    return { ...request, ...signal, body: JSON.stringify(call.body) };
  }

  async #observed(call: Call, send: () => Promise<Dispatcher.ResponseData>): Promise<Dispatcher.ResponseData> {
    const start = performance.now();
    let code = '<error>';
    try {
      const response = await send();
      this.#reachable = true;
      code = String(response.statusCode);
      return response;
    } catch (error) {
      if (!call.signal?.aborted) this.#reachable = false;
      throw error;
    } finally {
      const seconds = (performance.now() - start) / 1000;
      this.#onRequest?.({ method: call.method, host: this.#host, code, seconds });
    }
  }

  async #refusal(call: Call, response: Dispatcher.ResponseData): Promise<KubeApiError> {
    const seconds = Number(response.headers['retry-after']);
    return new KubeApiError({
      method: call.method,
      path: call.path,
      code: response.statusCode,
      body: await response.body.text(),
      retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
    });
  }

  /** Anything that is no answer of the server, told with the request it belongs to. */
  #explain(call: Call, error: unknown): unknown {
    if (error instanceof KubeApiError || error instanceof KubeConnectionError) return error;
    if (call.signal?.aborted) return call.signal.reason;
    if (!isTransportFault(error)) return error;
    return new KubeConnectionError(`${call.method} ${call.path}: ${messageOf(error)}`, { cause: error });
  }

  #path(path: string, query: NonNullable<Call['query']>): string {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
    return `${this.#connection.basePath}${path}${search.size > 0 ? `?${search.toString()}` : ''}`;
  }
}

/** Something between the server and us may answer a list with anything. */
function isList(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null || !('items' in answer) || !('metadata' in answer)) return false;
  return Array.isArray(answer.items) && typeof answer.metadata === 'object' && answer.metadata !== null;
}

function excerpt(answer: unknown): string {
  return JSON.stringify(answer).slice(0, 200);
}

/** A kept connection that the server closed at the moment it was used again: worth one more try where that is harmless. */
function isStaleSocket(error: unknown): boolean {
  return error instanceof KubeConnectionError && codeOf(error.cause) !== 'ECONNREFUSED' && error.cause !== undefined;
}

/** Socket, TLS and HTTP faults carry a `code`; a body that is not JSON is a SyntaxError. Others are bugs of ours. */
function isTransportFault(error: unknown): boolean {
  return codeOf(error) !== undefined || error instanceof SyntaxError;
}

/** No headers, or no further part of the body, within their time. */
function isTimeout(error: unknown): boolean {
  return codeOf(error) === 'UND_ERR_HEADERS_TIMEOUT' || codeOf(error) === 'UND_ERR_BODY_TIMEOUT';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
