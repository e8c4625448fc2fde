import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import type { JobRun } from '../../api/job-run.ts';
import { API_VERSION } from '../../api/names.ts';
import { JOB_RUNS, JOBS, LEASES } from '../../api/resources.ts';
import type { Job, KubeObject } from '../../api/wire.ts';
import { isFinished, isJobFinished } from '../../core/status/job-run-status.ts';
import { isAlreadyExists } from '../../kube/client/api-error.ts';
import { KubeClient } from '../../kube/client/client.ts';
import { AuditLog, type AuditEvent } from '../../local-kubernetes/control-plane/audit-log.ts';
import { waitFor } from '../../local-kubernetes/wait-for.ts';
import { startFaultProxy, type FaultProxy } from '../integration/fault-proxy.ts';
import { SyncerEnvironment } from '../integration/syncer-environment.ts';
import { startSyncerProcess, type SyncerProcess } from '../integration/syncer-process.ts';
import { check, createsJob, listAll, type Verdict } from './checker.ts';
import { Finisher } from './finisher.ts';

/** `npm run test:faults` uses the full numbers; the short form tests the same with fewer runs. */
export const isFull = process.env['FAULTS'] === 'full';
export const sized = (full: number, short: number): number => (isFull ? full : short);

/** Leases as in client-go, with every duration divided, for the short form. */
export const SHORT_LEASE = {
  LEASE_DURATION_SECONDS: '3',
  RENEW_DEADLINE_SECONDS: '2',
  RETRY_PERIOD_SECONDS: '0.4',
};
export const DEFAULT_LEASE = {
  LEASE_DURATION_SECONDS: '15',
  RENEW_DEADLINE_SECONDS: '10',
  RETRY_PERIOD_SECONDS: '2',
};
export const LEASE = isFull ? DEFAULT_LEASE : SHORT_LEASE;

export const SYNCERS = ['syncer-a', 'syncer-b'] as const;
export type SyncerName = (typeof SYNCERS)[number];

/** Jobs that it manages stay unfinished. */
export const NOBODY = 'example.com/nobody';

const SKEWED_CLOCK = fileURLToPath(new URL('skewed-clock.ts', import.meta.url));

/** A control plane with an audit log, syncers that tests can break, and a finisher that completes the Jobs. */
export class Arena {
  readonly environment: SyncerEnvironment;
  readonly client: KubeClient;
  readonly #audit: AuditLog;
  readonly #finisher: Finisher;
  readonly #processes = new Map<SyncerName, SyncerProcess>();
  readonly #past: SyncerProcess[] = [];
  readonly #proxies: FaultProxy[] = [];
  #mark = 0;

  private constructor(environment: SyncerEnvironment) {
    this.environment = environment;
    this.client = KubeClient.fromKubeConfig(environment.kubeConfig, { component: 'arena', connections: 32 });
    this.#audit = new AuditLog(environment.controlPlane.auditLog);
    this.#finisher = new Finisher(this.client, (job) => job.spec?.managedBy !== NOBODY);
  }

  static async start(): Promise<Arena> {
    const arena = new Arena(await SyncerEnvironment.start({ audit: 'objects', users: SYNCERS }));
    arena.#finisher.start();
    return arena;
  }

  async stop(): Promise<void> {
    await this.endSyncers();
    await this.#finisher.stop();
    await this.client.close();
    await this.environment.stop();
  }

  /** Kills all syncers and releases the lease, so that the next test need not wait for it. */
  async endSyncers(): Promise<void> {
    for (const name of SYNCERS) await this.kill(name);
    for (const proxy of this.#proxies.splice(0)) await proxy.close();
    await this.client.delete(LEASES, { namespace: 'default', name: 'arena' }).catch(() => undefined);
  }

  kubeConfigOf(user: string): KubeConfig {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(join(this.environment.controlPlane.directory, `${user}.kubeconfig`));
    return kubeConfig;
  }

  /** Starts a syncer with its own user. No syncer of this name may be running. */
  syncer(
    name: SyncerName,
    { env = {}, proxy }: { env?: Record<string, string>; proxy?: FaultProxy } = {},
  ): SyncerProcess {
    const child = startSyncerProcess(proxy?.kubeConfig ?? this.kubeConfigOf(name), {
      POD_NAME: name,
      LEASE_NAME: 'arena',
      LOG_LEVEL: 'info',
      ...LEASE,
      ...env,
      ...(env['CLOCK_OFFSET_MS'] !== undefined && { NODE_OPTIONS: `--import ${SKEWED_CLOCK}` }),
    });
    this.#processes.set(name, child);
    return child;
  }

  async kill(name: SyncerName): Promise<void> {
    const child = this.#processes.get(name);
    if (!child) return;
    child.kill('SIGKILL');
    await child.ended;
    this.#processes.delete(name);
    this.#past.push(child);
  }

  async proxy(name: SyncerName): Promise<FaultProxy> {
    const [cert, key] = await Promise.all(['crt', 'key'].map((end) => this.#pki(`apiserver.${end}`)));
    const proxy = await startFaultProxy(this.kubeConfigOf(name), { cert: cert!, key: key! });
    this.#proxies.push(proxy);
    return proxy;
  }

  #pki(file: string): Promise<Buffer> {
    return readFile(join(this.environment.controlPlane.directory, 'pki', file));
  }

  /** Everything that syncers wrote to stdout and stderr since the last call. */
  takeOutput(): string {
    const all = [...this.#past.splice(0), ...this.#processes.values()];
    return all.map((child) => child.output()).join('');
  }

  /** The holder of the lease: the identity of one process, which begins with its syncer's name. */
  async holder(): Promise<string | undefined> {
    const key = { namespace: 'default', name: 'arena' };
    const lease = await this.client
      .get<KubeObject & { spec?: { holderIdentity?: string } }>(LEASES, key)
      .catch(() => undefined);
    return lease?.spec?.holderIdentity;
  }

  /** Which syncer holds the lease. */
  async leader(): Promise<SyncerName | undefined> {
    const holder = await this.holder();
    return SYNCERS.find((name) => holder?.startsWith(name));
  }

  /** Waits until a condition holds, however slow the machine is. */
  async until(what: string, condition: () => Promise<boolean>): Promise<void> {
    const check = async () => ((await condition()) ? true : undefined);
    await waitFor(what, check, { timeoutMilliseconds: 120_000, intervalMilliseconds: 250 });
  }

  /** The new leader: the other syncer, or the one that replaced `holder`, whichever sees the lease expire first. */
  async untilTakenFrom(holder: string | undefined): Promise<void> {
    await this.#untilLease(`another holder of the lease than ${String(holder)}`, async () => {
      const now = await this.holder();
      return now !== undefined && now !== '' && now !== holder ? true : undefined;
    });
  }

  async untilLed(by?: SyncerName): Promise<SyncerName> {
    return this.#untilLease(`${by ?? 'a syncer'} to lead`, async () => {
      const leader = await this.leader();
      return by === undefined || by === leader ? leader : undefined;
    });
  }

  async #untilLease<T>(what: string, check: () => Promise<T | undefined>): Promise<T> {
    try {
      return await waitFor(what, check, { timeoutMilliseconds: 40_000 });
    } catch (error) {
      throw new Error(
        `waited for ${what}; the lease is held by ${String(await this.holder())}; ${this.#whatSyncersDo()}`,
        { cause: error },
      );
    }
  }

  /** The last line of each syncer that runs. */
  #whatSyncersDo(): string {
    const lines = Array.from(this.#processes, ([name, child]) => {
      const last = child.output().trimEnd().split('\n').at(-1) ?? '';
      return `${name} logged last: ${last.slice(0, 120)}`;
    });
    return lines.join('; ') || 'no syncer was started';
  }

  /** A namespace with a template. The verdict covers what happens from here on. */
  async begin(): Promise<string> {
    this.#mark = await this.#audit.mark();
    const namespace = await this.environment.namespace();
    await this.environment.template(namespace);
    return namespace;
  }

  /** Creates runs as a user would who retries: each run exists when this resolves. */
  async createRuns(
    namespace: string,
    names: readonly string[],
    { creators = 8, perSecond = Infinity } = {},
  ): Promise<void> {
    let next = 0;
    const began = performance.now();
    const creator = async (): Promise<void> => {
      while (next < names.length) {
        const index = next;
        next += 1;
        await sleep(Math.max(0, began + (index * 1000) / perSecond - performance.now()));
        await this.#createRun(namespace, names[index]!);
      }
    };
    await Promise.all(Array.from({ length: creators }, creator));
  }

  async #createRun(namespace: string, name: string): Promise<void> {
    for (;;) {
      try {
        await this.client.create<JobRun>(JOB_RUNS, namespace, runNamed(name), { timeoutMs: 10_000 });
        return;
      } catch (error) {
        if (isAlreadyExists(error)) return;
        await sleep(200);
      }
    }
  }

  async unfinished(namespace: string): Promise<number> {
    const runs = await listAll<JobRun>(this.client, JOB_RUNS, namespace);
    return runs.filter((run) => !isFinished(run)).length;
  }

  /** @returns how many seconds it took */
  async untilAllFinished(namespace: string, timeout = 60_000): Promise<number> {
    const began = performance.now();
    try {
      await waitFor('all runs to finish', async () => ((await this.unfinished(namespace)) === 0 ? true : undefined), {
        timeoutMilliseconds: timeout,
        // Each poll lists all runs, and takes API server time from the syncers under test.
        intervalMilliseconds: 1_000,
      });
    } catch (error) {
      throw new Error(await this.#whoStandsStill(namespace), { cause: error });
    }
    return (performance.now() - began) / 1000;
  }

  /** Whether the syncers or the finisher failed to finish the runs that are unfinished. */
  async #whoStandsStill(namespace: string): Promise<string> {
    const runs = await listAll<JobRun>(this.client, JOB_RUNS, namespace);
    const jobs = await listAll<Job>(this.client, JOBS, namespace);
    const finished = new Map(jobs.map((job) => [job.metadata?.ownerReferences?.[0]?.uid, isJobFinished(job)]));
    const unfinished = runs.filter((run) => !isFinished(run)).map(({ metadata }) => finished.get(metadata.uid));
    const count = (state: boolean | undefined) => unfinished.filter((job) => job === state).length;
    return (
      `${unfinished.length} of ${runs.length} runs are unfinished: ${count(undefined)} have no Job, ` +
      `${count(false)} a Job that nobody completed, ${count(true)} a Job whose end was not mirrored; ` +
      `the lease is held by ${String(await this.leader())}; the finisher ${this.#finisher.state()}; ${this.#whatSyncersDo()}`
    );
  }

  /** The name of the Job, once for each time that the API server refused to create it in this namespace. */
  async refusedJobs(namespace: string): Promise<string[]> {
    const events = await this.#audit.since(this.#mark);
    return events
      .filter(
        (event) => createsJob(event) && event.objectRef?.namespace === namespace && event.responseStatus?.code === 403,
      )
      .map(({ objectRef }) => objectRef?.name ?? '');
  }

  /** What the audit log has of the time since {@link begin}. */
  async events(): Promise<AuditEvent[]> {
    return this.#audit.since(this.#mark);
  }

  /** The names of the runs that were deleted in this namespace. */
  async removedRuns(namespace: string): Promise<string[]> {
    return (await this.events())
      .filter(({ verb, objectRef }) => verb === 'delete' && objectRef?.resource === 'jobruns')
      .filter(({ objectRef, responseStatus }) => objectRef?.namespace === namespace && responseStatus?.code === 200)
      .map(({ objectRef }) => objectRef?.name ?? '');
  }

  async verdict(namespace: string, { leases = true } = {}): Promise<Verdict> {
    const events = await this.#audit.since(this.#mark);
    return check({ client: this.client, events, namespace, syncers: SYNCERS, leases });
  }
}

export const runNamed = (name: string): JobRun => ({
  apiVersion: API_VERSION,
  kind: 'JobRun',
  metadata: { name },
  spec: { templateRef: 'echo', args: ['Hello', name] },
});

export const namesOf = (count: number, prefix = 'run'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
