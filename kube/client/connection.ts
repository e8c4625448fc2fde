import { createHash } from 'node:crypto';
import type { RequestOptions } from 'node:https';
import { Pool, ProxyAgent } from 'undici';
import type { Dispatcher } from 'undici';
import { asksBeforeSending } from './before-send.ts';
import type { ClusterConfig } from './cluster-config.ts';
import './orphan-streams.ts';

/**
 * How many sockets a client keeps, at most: ordinary calls and watches never wait for each other. A call has its socket to
 * itself. All watches share one, by HTTP/2, unless something between us and the API server speaks HTTP/1.1 only
 * (docs/adr/0008-http2-for-watches.md).
 */
export interface ConnectionLimits {
  calls: number;
  watches: number;
}

/** What one request is sent with. */
export interface Route {
  calls: Dispatcher;
  watches: Dispatcher;
  headers: Record<string, string>;
}

interface Credentials {
  headers: Record<string, string>;
  tls: { ca?: unknown; cert?: unknown; key?: unknown; rejectUnauthorized?: unknown; servername?: unknown };
}

/** A token file is read anew this often; a token stays valid far longer after it was replaced. */
const CREDENTIALS_FRESH_MS = 30_000;
/** Below the API server's own idle limit of 90 s, so that it is never the one who closes. */
const KEEP_ALIVE_MS = 60_000;

/**
 * The kept connection pools to one API server, with TLS and authentication out of a KubeConfig. The client library
 * makes a new dispatcher, hence a new TLS connection, for every call; here connections are reused.
 */
export class Connection {
  /** Scheme, host and port. */
  readonly origin: string;
  /** What every path starts with, without a slash at the end; empty for most servers. */
  readonly basePath: string;
  readonly #kubeConfig: ClusterConfig;
  readonly #limits: ConnectionLimits;
  #route: Route | undefined;
  /** Pools that take no more requests; some may still be under way. */
  readonly #retired = new Set<Dispatcher>();
  #tls: Credentials['tls'] = {};
  #tlsFingerprint = '';
  #freshUntil = 0;
  #refreshing: Promise<Route> | undefined;

  /** @throws Error when the KubeConfig names no cluster. */
  constructor(kubeConfig: ClusterConfig, limits: ConnectionLimits) {
    const cluster = kubeConfig.getCurrentCluster();
    if (!cluster) throw new Error('the kubeconfig has no current cluster; set current-context');
    const url = new URL(cluster.server);
    this.origin = url.origin;
    this.basePath = url.pathname.replace(/\/+$/, '');
    this.#kubeConfig = kubeConfig;
    this.#limits = limits;
  }

  /** Pools and headers for the next request; reads credentials anew when they are older than half a minute. */
  route(): Route | Promise<Route> {
    if (this.#route && Date.now() < this.#freshUntil) return this.#route;
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** Makes the next request read its credentials anew: the server refused the present ones. */
  distrustCredentials(): void {
    this.#freshUntil = 0;
  }

  /**
   * A watch over this route got no answer, or fell silent. The connection that it shares with others may be dead without a
   * word: those that follow go over a new one.
   */
  vanished({ watches }: Route): void {
    if (this.#route?.watches !== watches) return;
    this.#route = { ...this.#route, watches: this.#openWatches() };
    this.#retire(watches);
  }

  /** Ends all connections at once; requests in flight fail. */
  async close(): Promise<void> {
    const pools = [...this.#retired, ...(this.#route ? [this.#route.calls, this.#route.watches] : [])];
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
      this.#route = { calls: this.#openCalls(), watches: this.#openWatches(), headers };
      if (previous) for (const pool of [previous.calls, previous.watches]) this.#retire(pool);
    }
    this.#freshUntil = Date.now() + CREDENTIALS_FRESH_MS;
    return this.#route;
  }

  #openCalls(): Dispatcher {
    return this.#open({ connections: this.#limits.calls, allowH2: false }).compose(asksBeforeSending);
  }

  #openWatches(): Dispatcher {
    return this.#open({ connections: this.#limits.watches, allowH2: true });
  }

  #open(pool: { connections: number; allowH2: boolean }): Dispatcher {
    const tls = this.#tls;
    const options = {
      ...pool,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
    };
    const proxyUrl = this.#kubeConfig.getCurrentCluster()?.proxyUrl;
    if (proxyUrl === undefined) {
      return new Pool(this.origin, {
        ...options,
        connect: { ...tls, timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 30_000 } as NonNullable<
          Pool.Options['connect']
        >,
      });
    }
    if (!proxyUrl.startsWith('http'))
      throw new Error(`proxy-url ${proxyUrl}: only http and https proxies are supported`);
    return new ProxyAgent({
      ...options,
      uri: proxyUrl,
      requestTls: tls as NonNullable<ProxyAgent.Options['requestTls']>,
    });
  }

  /** It takes no more requests, and ends when its last one is answered. */
  #retire(pool: Dispatcher): void {
    this.#retired.add(pool);
    pool
      .close()
      .catch(() => pool.destroy().catch(() => undefined))
      .finally(() => this.#retired.delete(pool));
  }
}

async function readCredentials(kubeConfig: ClusterConfig): Promise<Credentials> {
  const options: RequestOptions = {};
  await kubeConfig.applyToHTTPSOptions(options);
  const headers: Record<string, string> = {};
  if (typeof options.auth === 'string')
    headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name] = String(value).trim();
  const { ca, cert, key, rejectUnauthorized, servername } = options;
  const given = Object.entries({ ca, cert, key, rejectUnauthorized, servername }).filter(
    ([, value]) => value !== undefined,
  );
  return { headers, tls: Object.fromEntries(given) };
}

function fingerprintOf(tls: Credentials['tls']): string {
  const hash = createHash('sha256');
  for (const [name, value] of Object.entries(tls)) hash.update(`${name}=${String(value)};`);
  return hash.digest('hex');
}
