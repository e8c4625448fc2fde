import type { Dispatcher } from 'undici';
import packageJson from '../../package.json' with { type: 'json' };
import { isDenied, KubeApiError, KubeConnectionError, KubeTimeoutError } from './api-error.ts';
import type { BeforeSend } from './before-send.ts';
import { jsonWithin } from './bounded-body.ts';
import type { Connection, Route } from './connection.ts';
import { jsonBody } from './json-body.ts';
import type { ReadOptions, WriteOptions } from './request-options.ts';
import { isStaleSocket, isTimeout, isTransportFault, messageOf } from './transport-fault.ts';
import { parseWarnings } from './warning-header.ts';

/** Called for every answered or failed request. */
export interface RequestObserver {
  (request: ObservedRequest): void;
}

export interface ObservedRequest {
  method: string;
  host: string;
  /** The HTTP status, or `<error>` if no answer arrived. */
  code: string;
  seconds: number;
  /** The header `Date` of the answer. */
  date?: string | undefined;
}

export interface RequestSenderOptions {
  /** Part of the User-Agent, so that an audit log tells the processes apart. */
  component?: string;
  /**
   * Time limit in milliseconds of an ordinary call, from the call to the last byte, and of a watch until it begins.
   * Default {@link ANSWER_MS}.
   */
  timeoutMs?: number;
  onRequest?: RequestObserver;
}

/** One request to the API server. `path` is relative to the server's base path. */
export interface Call extends WriteOptions, ReadOptions {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  contentType?: string;
  /** Whether the answer is a list. */
  isList?: boolean;
  /** The server sends its columns for people instead of objects. */
  isTable?: boolean;
}

/** How the body of a stream is read. */
export interface StreamOptions {
  /** A silence of this time ends the stream with an error. */
  inactivityMs: number;
  /** A log: its headers arrive with its first line only, and it has a connection for itself. */
  isLog?: boolean;
}

/**
 * The longest time that the API server keeps a request in its queue before it answers 429
 * (https://kubernetes.io/docs/concepts/cluster-administration/flow-control/). An answer that takes longer was lost.
 */
const ANSWER_MS = 15_000;
/**
 * Sends requests over a {@link Connection}, within a time limit. Repeats a request once when its credentials were
 * refused, and a read once when its connection was stale. Every refusal is a {@link KubeApiError}, every missing answer
 * a {@link KubeConnectionError}, and an abort throws the signal's reason.
 */
export class RequestSender {
  readonly #connection: Connection;
  readonly #userAgent: string;
  readonly #timeoutMs: number;
  readonly #onRequest: RequestObserver | undefined;
  readonly #host: string;
  /** Whether the last request got an answer. */
  #reachable = true;

  constructor(connection: Connection, options: RequestSenderOptions) {
    this.#connection = connection;
    this.#userAgent = `job-template-run/${packageJson.version} (${options.component ?? 'client'})`;
    this.#timeoutMs = options.timeoutMs ?? ANSWER_MS;
    this.#onRequest = options.onRequest;
    this.#host = new URL(connection.origin).host;
  }

  /** Returns the parsed JSON body. */
  async send<T>(given: Call): Promise<T> {
    const { dryRun, fieldValidation } = given;
    const query = { ...given.query, dryRun: dryRun === true ? 'All' : undefined, fieldValidation };
    const call = this.#located({ ...given, query });
    const wasReachable = this.#reachable;
    try {
      return await this.#attempt<T>(call);
    } catch (error) {
      if (error instanceof KubeApiError && error.code === 401 && !isDenied(error))
        this.#connection.distrustCredentials();
      else if (!(call.method === 'GET' && wasReachable && isStaleSocket(error))) throw error;
      return this.#attempt<T>(call);
    }
  }

  /** Yields the body in chunks as they arrive. */
  async *stream(given: Call, { inactivityMs, isLog = false }: StreamOptions): AsyncGenerator<Uint8Array> {
    const call = this.#located(given);
    const route = await this.#route(call);
    const request = this.#request(call, route);
    const limits = { headersTimeout: isLog ? inactivityMs : this.#timeoutMs, bodyTimeout: inactivityMs };
    const pool = isLog ? route.logs : route.watches;
    try {
      const response = await this.#observed(call, () => pool.request({ ...request, ...limits }));
      if (response.statusCode >= 400) throw await refusal(call, response);
      yield* response.body as AsyncIterable<Uint8Array>;
    } catch (error) {
      if (error instanceof KubeApiError && error.code === 401) this.#connection.distrustCredentials();
      if (isTimeout(error) && !isLog) this.#connection.vanished(route);
      throw explain(call, error);
    }
  }

  async #attempt<T>(call: Call): Promise<T> {
    const timer = new AbortController();
    const timeoutMs = call.timeoutMs ?? this.#timeoutMs;
    const timeout = setTimeout(() => {
      timer.abort(new KubeTimeoutError(`${call.method} ${call.path}: no answer in ${timeoutMs} ms`));
    }, timeoutMs);
    const signal = call.signal ? AbortSignal.any([call.signal, timer.signal]) : timer.signal;
    try {
      const route = await this.#route(call);
      // The timer above covers the whole call; undici's own timers would wake the process once more for each call.
      const request = { ...this.#request(call, route), signal, headersTimeout: 0, bodyTimeout: 0 };
      const response = await this.#observed(call, () => route.calls.request(request));
      if (response.statusCode >= 400) throw await refusal(call, response);
      if (call.onWarning) parseWarnings(response.headers['warning']).forEach(call.onWarning);
      return (await bodyOf(call, response)) as T;
    } catch (error) {
      throw explain(call, timer.signal.aborted ? timer.signal.reason : error);
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
      Accept: acceptOf(call),
    };
    const { method, path, beforeSend } = call;
    const request = { origin: this.#connection.origin, path, method, headers, ...(beforeSend && { beforeSend }) };
    const signal = call.signal ? { signal: call.signal } : {};
    if (call.body === undefined) return { ...request, ...signal };
    headers['Content-Type'] = call.contentType ?? 'application/json';
    return { ...request, ...signal, body: jsonBody(call.body) };
  }

  async #observed(call: Call, send: () => Promise<Dispatcher.ResponseData>): Promise<Dispatcher.ResponseData> {
    const start = performance.now();
    let code = '<error>';
    let date: string | undefined;
    try {
      const response = await send();
      this.#reachable = true;
      code = String(response.statusCode);
      date = response.headers['date']?.toString();
      return response;
    } catch (error) {
      if (!call.signal?.aborted) this.#reachable = false;
      throw error;
    } finally {
      const seconds = (performance.now() - start) / 1000;
      this.#onRequest?.({ method: call.method, host: this.#host, code, seconds, date });
    }
  }

  /** The call with its whole path: base path, path and query. */
  #located(call: Call): Call {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) search.set(name, String(value));
    }
    const query = search.size > 0 ? `?${search.toString()}` : '';
    return { ...call, path: `${this.#connection.basePath}${call.path}${query}` };
  }
}

/**
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches and
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
 */
function acceptOf({ metadataOnly, isList, isTable }: Call): string {
  if (isTable === true) return 'application/json;as=Table;g=meta.k8s.io;v=v1';
  if (metadataOnly !== true) return 'application/json';
  return `application/json;as=PartialObjectMetadata${isList === true ? 'List' : ''};g=meta.k8s.io;v=v1`;
}

async function bodyOf({ maxBytes, onBytes }: Call, { body }: Dispatcher.ResponseData): Promise<unknown> {
  return maxBytes === undefined ? body.json() : jsonWithin(body as AsyncIterable<Uint8Array>, maxBytes, onBytes);
}

async function refusal(call: Call, response: Dispatcher.ResponseData): Promise<KubeApiError> {
  const seconds = Number(response.headers['retry-after']);
  return new KubeApiError({
    method: call.method,
    path: call.path,
    code: response.statusCode,
    body: await response.body.text(),
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
  });
}

/** Turns a fault on the way to the server into an error that names the request. Other errors stay as they are. */
function explain(call: Call, error: unknown): unknown {
  if (error instanceof KubeApiError || error instanceof KubeConnectionError) return error;
  if (call.signal?.aborted) return call.signal.reason;
  if (!isTransportFault(error)) return error;
  return new KubeConnectionError(`${call.method} ${call.path}: ${messageOf(error)}`, { cause: error });
}
