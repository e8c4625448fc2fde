import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { expect } from 'vitest';
import { parse } from 'yaml';
import type { JobRun } from '../../api/job-run.ts';
import type { JobTemplate } from '../../api/job-template.ts';
import { API_VERSION } from '../../api/names.ts';
import { EVENTS, JOB_RUNS, JOB_TEMPLATES, JOBS } from '../../api/resources.ts';
import type { Resource } from '../../api/resources.ts';
import type { Job, KubeObject } from '../../api/wire.ts';
import { KubeClient } from '../../kube/client/client.ts';
import type { SyncerConfig } from '../../syncer/config.ts';
import { startSyncer } from '../../syncer/start-syncer.ts';
import type { StartOptions, Syncer } from '../../syncer/start-syncer.ts';
import { startControlPlane } from '../../local-kubernetes/control-plane/control-plane.ts';
import type { ControlPlane, ControlPlaneOptions } from '../../local-kubernetes/control-plane/control-plane.ts';
import { waitFor } from '../../local-kubernetes/wait-for.ts';
import { startFaultProxy } from './fault-proxy.ts';
import type { FaultProxy } from './fault-proxy.ts';
import { completed } from './job-statuses.ts';

const CRD_FOLDER = join(import.meta.dirname, '../../charts/job-template-run/files/crds');
const CRDS: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
};
export const NAMESPACES: Resource = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace' };

export const CONFIG: SyncerConfig = {
  healthPort: 0,
  host: '127.0.0.1',
  leaseName: 'job-template-run-syncer',
  podNamespace: 'default',
  podName: 'syncer-test',
  leaderElection: false,
  leaseDurationSeconds: 15,
  renewDeadlineSeconds: 10,
  retryPeriodSeconds: 2,
  shards: 1,
  shard: 0,
  workers: 16,
  failurePolicy: 'Fail',
  missingTemplate: 'Reject',
  missingTemplateWaitSeconds: 300,
  revisionHistoryLimit: 10,
  readPods: true,
  readEvents: true,
  readLogEnds: true,
  callbackAllowedHosts: '',
  callbackAllowHttp: false,
  callbackSecrets: '',
  callbackCaBundle: '',
  retentionTtlSecondsAfterFinished: undefined,
  retentionSuccessfulRunsHistoryLimit: undefined,
  retentionFailedRunsHistoryLimit: undefined,
  logLevel: 'debug',
};

/** An API server with our CRDs, a fault proxy in front of it, and what a test does as a user. */
export class SyncerEnvironment {
  readonly controlPlane: ControlPlane;
  /** Not through the proxy. */
  readonly kubeConfig: KubeConfig;
  readonly client: KubeClient;
  readonly proxy: FaultProxy;
  readonly logLines: Record<string, unknown>[] = [];
  readonly logger: Logger;
  #namespaces = 0;
  readonly #directory: string;
  readonly #syncers = new Set<Syncer>();

  private constructor(directory: string, controlPlane: ControlPlane, kubeConfig: KubeConfig, proxy: FaultProxy) {
    this.#directory = directory;
    this.controlPlane = controlPlane;
    this.kubeConfig = kubeConfig;
    this.client = KubeClient.fromKubeConfig(kubeConfig, { component: 'test' });
    this.proxy = proxy;
    this.logger = pino(
      { level: 'debug' },
      { write: (line: string) => this.logLines.push(JSON.parse(line) as Record<string, unknown>) },
    );
  }

  static async start(options: Omit<ControlPlaneOptions, 'directory'> = {}): Promise<SyncerEnvironment> {
    const directory = await mkdtemp(join(tmpdir(), 'job-template-run-syncer-'));
    const controlPlane = await startControlPlane({ directory, ...options });
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(controlPlane.kubeconfig);
    const proxy = await startFaultProxy(kubeConfig);
    const environment = new SyncerEnvironment(directory, controlPlane, kubeConfig, proxy);
    await environment.#installCrds();
    return environment;
  }

  async stop(): Promise<void> {
    await this.stopSyncers();
    await this.proxy.close();
    await this.client.close();
    await this.controlPlane.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** A syncer in this process that connects through the proxy. It is at work when this resolves. */
  async syncer(config: Partial<SyncerConfig> = {}, options: Partial<StartOptions> = {}): Promise<Syncer> {
    const syncer = await startSyncer({
      kubeConfig: this.proxy.kubeConfig,
      logger: this.logger,
      config: { ...CONFIG, ...config },
      ...options,
    });
    this.#syncers.add(syncer);
    await syncer.leading;
    return syncer;
  }

  async stopSyncers(): Promise<void> {
    await Promise.all(Array.from(this.#syncers, (syncer) => syncer.stop()));
    this.#syncers.clear();
    this.proxy.onRequest = () => 'pass';
    this.proxy.requests.length = 0;
    this.logLines.length = 0;
  }

  async namespace(): Promise<string> {
    this.#namespaces += 1;
    const name = `test-${this.#namespaces}`;
    await this.client.create(NAMESPACES, undefined, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    return name;
  }

  /** `managedBy` keeps the real Job controller away, so that the test itself can write the Job's status. */
  async template(namespace: string, name = 'echo', spec: object = {}): Promise<JobTemplate> {
    return this.client.create<JobTemplate>(JOB_TEMPLATES, namespace, {
      apiVersion: API_VERSION,
      kind: 'JobTemplate',
      metadata: { name },
      spec: {
        managedBy: 'example.com/test',
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'echo', image: 'busybox', command: ['echo'], args: ['template'] }],
          },
        },
        ...spec,
      },
    });
  }

  async run(namespace: string, name: string, more: { spec?: object; metadata?: object } = {}): Promise<JobRun> {
    return this.client.create<JobRun>(JOB_RUNS, namespace, {
      apiVersion: API_VERSION,
      kind: 'JobRun',
      metadata: { name, ...more.metadata },
      spec: { templateRef: 'echo', ...more.spec },
    });
  }

  async getRun(namespace: string, name: string): Promise<JobRun> {
    return this.client.get<JobRun>(JOB_RUNS, { namespace, name });
  }

  /** Polls until the run is as expected; a failure shows the run as it was last. */
  async runThat(
    namespace: string,
    name: string,
    expected: (run: JobRun) => unknown,
    timeout = 15_000,
  ): Promise<JobRun> {
    let run = await this.getRun(namespace, name);
    await expect
      .poll(
        async () => {
          run = await this.getRun(namespace, name);
          return expected(run) ? true : run.status;
        },
        { timeout, interval: 20 },
      )
      .toBe(true);
    return run;
  }

  async withJob(namespace: string, name: string): Promise<{ run: JobRun; job: Job }> {
    const run = await this.runThat(namespace, name, ({ status }) => status?.jobName !== undefined);
    return { run, job: await this.client.get<Job>(JOBS, { namespace, name: run.status!.jobName! }) };
  }

  async jobs(namespace: string): Promise<Job[]> {
    return (await this.client.list<Job>(JOBS, { namespace })).items;
  }

  async patchJobStatus(job: Job, status: object): Promise<Job> {
    const { namespace, name = '' } = job.metadata!;
    return this.client.patch<Job>(JOBS, { namespace, name, subresource: 'status' }, { status });
  }

  /** Completes the Job as it is now. A Job that has started keeps its start time. */
  async complete(job: Job): Promise<Job> {
    const { namespace, name = '' } = job.metadata!;
    const { status } = await this.client.get<Job>(JOBS, { namespace, name });
    return this.patchJobStatus(job, { ...completed(), ...(status?.startTime && { startTime: status.startTime }) });
  }

  async deleteJob(job: Job): Promise<void> {
    const { namespace, name = '' } = job.metadata!;
    await this.client.delete(JOBS, { namespace, name }, { propagationPolicy: 'Background' });
  }

  async eventReasons(namespace: string): Promise<string[]> {
    const { items } = await this.client.list<KubeObject & { reason?: string }>(EVENTS, { namespace });
    return items.map(({ reason = '' }) => reason).sort();
  }

  /** Requests of this method that the syncers sent and whose path matches. */
  sent(method: string, path: RegExp): number {
    return this.proxy.requests.filter((request) => request.method === method && path.test(request.path)).length;
  }

  async #installCrds(): Promise<void> {
    for (const file of await readdir(CRD_FOLDER)) {
      const crd = parse(await readFile(join(CRD_FOLDER, file), 'utf8')) as KubeObject;
      await this.client.create(CRDS, undefined, crd);
    }
    for (const resource of [JOB_RUNS, JOB_TEMPLATES]) {
      await waitFor(`the API of ${resource.plural}`, () => this.client.list(resource, { limit: 1 }));
    }
  }
}
