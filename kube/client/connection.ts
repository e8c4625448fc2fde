import { Pool, ProxyAgent } from 'undici';
import type { Dispatcher } from 'undici';
import { beforeSendInterceptor } from './before-send.ts';
import type { ClusterConfig } from './cluster-config.ts';
import { fingerprintOf, readCredentials } from './credentials.ts';
import type { TlsOptions } from './credentials.ts';
import { CONNECTION_WINDOW_BYTES } from './large-frames.ts';
import './orphan-streams.ts';

/**
 * The most sockets that a client opens. Ordinary calls, watches and logs have their own, so that they never wait for
 * each other. A call has a socket for itself; all watches share one, by HTTP/2, unless a proxy speaks HTTP/1.1 only
 * (docs/adr/0008-http2-for-watches.md). A log has a socket for itself, so that a reader who is slow holds up no other.
 */
export interface ConnectionLimits {
  calls: number;
  watches: number;
  logs: number;
}

/** The connection pools and headers for one request. */
export interface Route {
  calls: Dispatcher;
  watches: Dispatcher;
  logs: Dispatcher;
  headers: Record<string, string>;
}

/** Credentials are read again after this time. After a token is replaced, the old one is valid for much longer. */
const CREDENTIALS_FRESH_MS = 30_000;
/** Below the API server's idle limit of 90 s, so that this side closes first. */
const KEEP_ALIVE_MS = 60_000;

/**
 * Connection pools to one API server, with TLS and authentication from a KubeConfig. The client library creates a new
 * dispatcher, hence a new TLS connection, for every call; these connections are reused.
 */
export class Connection {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Prefix of every path, without a trailing slash; empty for most servers. */
  readonly basePath: string;
  readonly #kubeConfig: ClusterConfig;
  readonly #limits: ConnectionLimits;
  #route: Route | undefined;
  /** Pools that accept no more requests; some requests may still be in flight. */
  readonly #retired = new Set<Dispatcher>();
  #tls: TlsOptions = {};
  #tlsFingerprint = '';
  #freshUntil = 0;
  #refreshing: Promise<Route> | undefined;

  /** @throws Error when the KubeConfig names no cluster. */
  constructor(kubeConfig: ClusterConfig, limits: ConnectionLimits) {
    const cluster = kubeConfig.getCurrentCluster();
    if (!cluster) throw new Error('the kubeconfig has no current cluster; set current-context');
    const url = new URL(cluster.server);
    this.origin = url.origin;
    this.basePath = /^.*[^/]/.exec(url.pathname)?.[0] ?? '';
    this.#kubeConfig = kubeConfig;
    this.#limits = limits;
  }

  /** Returns the pools and headers for the next request. Reads credentials again when they are older than 30 s. */
  route(): Route | Promise<Route> {
    if (this.#route && Date.now() < this.#freshUntil) return this.#route;
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** The server refused the current credentials: the next request reads them again. */
  distrustCredentials(): void {
    this.#freshUntil = 0;
  }

  /**
   * A watch over this route got no answer, or no more data. The connection that it shares with others may be dead: later
   * watches use a new one.
   */
  vanished({ watches }: Route): void {
    if (this.#route?.watches !== watches) return;
    this.#route = { ...this.#route, watches: this.#openWatches() };
    this.#retire(watches);
  }

  /** Closes all connections at once; requests in flight fail. */
  async close(): Promise<void> {
    const pools = [...this.#retired, ...(this.#route ? poolsOf(this.#route) : [])];
    this.#route = undefined;
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  async #refresh(): Promise<Route> {
    const { headers, tls } = await readCredentials(this.#kubeConfig);
    const fingerprint = fingerprintOf(tls);
    const previous = this.#route;
    if (previous && fingerprint === this.#tlsFingerprint) {
      this.#route = { ...previous, headers };
    } else {
      this.#tls = tls;
      this.#tlsFingerprint = fingerprint;
      this.#route = { calls: this.#openCalls(), watches: this.#openWatches(), logs: this.#openLogs(), headers };
      if (previous) for (const pool of poolsOf(previous)) this.#retire(pool);
    }
    this.#freshUntil = Date.now() + CREDENTIALS_FRESH_MS;
    return this.#route;
  }

  #openCalls(): Dispatcher {
    return this.#open({ connections: this.#limits.calls, allowH2: false }).compose(beforeSendInterceptor);
  }

  #openWatches(): Dispatcher {
    const h2Options = { connectionWindowSize: CONNECTION_WINDOW_BYTES };
    return this.#open({ connections: this.#limits.watches, allowH2: true, h2Options });
  }

  #openLogs(): Dispatcher {
    return this.#open({ connections: this.#limits.logs, allowH2: false });
  }

  #open(pool: Pick<Pool.Options, 'connections' | 'allowH2' | 'h2Options'>): Dispatcher {
    const tls = this.#tls as NonNullable<ProxyAgent.Options['requestTls']>;
    const options = {
      ...pool,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
    };
    const proxyUrl = this.#kubeConfig.getCurrentCluster()?.proxyUrl;
    if (proxyUrl === undefined) {
      const connect = { ...tls, timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 30_000 };
      return new Pool(this.origin, { ...options, connect });
    }
    if (!proxyUrl.startsWith('http')) {
      throw new Error(`proxy-url ${proxyUrl}: only http and https proxies are supported`);
    }
    return new ProxyAgent({ ...options, uri: proxyUrl, requestTls: tls });
  }

  /** The pool accepts no more requests, and closes when its last one is answered. */
  #retire(pool: Dispatcher): void {
    this.#retired.add(pool);
    pool
      .close()
      .catch(() => pool.destroy().catch(() => undefined))
      .finally(() => this.#retired.delete(pool));
  }
}

function poolsOf({ calls, watches, logs }: Route): Dispatcher[] {
  return [calls, watches, logs];
}
