import { expect } from 'vitest';
import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS, JOBS } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import { KubeClient } from '../../kube/client/client.ts';
import { waitFor } from '../../local-kubernetes/wait-for.ts';
import { startSyncer, type Syncer } from '../../syncer/start-syncer.ts';
import type { WebhookConfig } from '../../webhook/config.ts';
import { expectSuccess } from './command-results.ts';
import { completed } from './job-statuses.ts';
import { CONFIG } from './syncer-environment.ts';
import {
  collectingLogger,
  startWebhookEnvironment,
  type KubectlResult,
  type Prepare,
  type WebhookEnvironment,
} from './webhook-environment.ts';

/** Waiting ends with the condition; the limit only matters if that never comes. */
const LIMIT = { timeout: 90_000, interval: 50 };

/** A real API server and Job controller, and our webhook and syncer in this process. There are no nodes. */
export class ProductEnvironment {
  readonly webhookEnvironment: WebhookEnvironment;
  readonly client: KubeClient;
  #syncer: Syncer | undefined;
  #namespaces = 0;

  private constructor(webhookEnvironment: WebhookEnvironment) {
    this.webhookEnvironment = webhookEnvironment;
    this.client = KubeClient.fromKubeConfig(webhookEnvironment.kubeConfig, { component: 'test' });
  }

  static async start(config: Partial<WebhookConfig> = {}, prepare?: Prepare): Promise<ProductEnvironment> {
    const environment = new ProductEnvironment(await startWebhookEnvironment(config, {}, prepare));
    await environment.startSyncer();
    return environment;
  }

  async startSyncer(): Promise<void> {
    const { productKubeConfig: kubeConfig, logLines } = this.webhookEnvironment;
    this.#syncer = await startSyncer({ kubeConfig, logger: collectingLogger(logLines), config: CONFIG });
    await this.#syncer.leading;
  }

  async stopSyncer(): Promise<void> {
    await this.#syncer?.stop();
    this.#syncer = undefined;
  }

  async stop(): Promise<void> {
    await this.stopSyncer();
    await this.client.close();
    await this.webhookEnvironment.stop();
  }

  kubectl(args: string[], input?: unknown): Promise<KubectlResult> {
    return this.webhookEnvironment.kubectl(args, input);
  }

  /** A new namespace. */
  async tenant(): Promise<Tenant> {
    this.#namespaces += 1;
    const name = `tenant-${this.#namespaces}`;
    expectSuccess(await this.kubectl(['create', 'namespace', name]));
    return new Tenant(this, name);
  }
}

/** One namespace, and what its users do in it. */
export class Tenant {
  readonly environment: ProductEnvironment;
  readonly namespace: string;

  constructor(environment: ProductEnvironment, namespace: string) {
    this.environment = environment;
    this.namespace = namespace;
  }

  kubectl(args: string[], input?: unknown): Promise<KubectlResult> {
    return this.environment.kubectl(['-n', this.namespace, ...args], input);
  }

  apply(manifest: object, ...flags: string[]): Promise<KubectlResult> {
    return this.kubectl(['apply', ...flags, '-f', '-'], manifest);
  }

  async applied(manifest: object, ...flags: string[]): Promise<KubectlResult> {
    return expectSuccess(await this.apply(manifest, ...flags));
  }

  create(manifest: object, ...flags: string[]): Promise<KubectlResult> {
    return this.kubectl(['create', ...flags, '-f', '-'], manifest);
  }

  async created(manifest: object, ...flags: string[]): Promise<KubectlResult> {
    return expectSuccess(await this.create(manifest, ...flags));
  }

  /** As a program does it: kubectl neither checks nor changes the manifest. */
  post(plural: string, manifest: object): Promise<KubectlResult> {
    const path = `/apis/hematoscope.app/v1/namespaces/${this.namespace}/${plural}?fieldValidation=Ignore`;
    return this.environment.kubectl(['create', '--raw', path, '-f', '-'], manifest);
  }

  run(name: string): Promise<JobRun> {
    return this.environment.client.get<JobRun>(JOB_RUNS, { namespace: this.namespace, name });
  }

  /** Polls until the run is as expected; a failure shows its status. */
  async runThat(name: string, expected: (run: JobRun) => unknown): Promise<JobRun> {
    let run = await this.run(name);
    const check = async () => {
      run = await this.run(name);
      return expected(run) ? true : run.status;
    };
    await expect.poll(check, LIMIT).toBe(true);
    return run;
  }

  async job(run: string): Promise<Job> {
    const { status } = await this.runThat(run, (seen) => seen.status?.jobName);
    return this.environment.client.get<Job>(JOBS, { namespace: this.namespace, name: status!.jobName! });
  }

  async jobs(): Promise<Job[]> {
    return (await this.environment.client.list<Job>(JOBS, { namespace: this.namespace })).items;
  }

  /** Writes the status of a Job that our test and not the Job controller manages. */
  async complete({ metadata }: Job): Promise<void> {
    const { namespace, name = '' } = metadata!;
    await this.environment.client.patch<Job>(JOBS, { namespace, name, subresource: 'status' }, { status: completed() });
  }
}

/** Polls until `ask` returns a value other than false. */
export async function eventually(what: string, ask: () => Promise<unknown>): Promise<void> {
  const check = async () => ((await ask()) === false ? undefined : true);
  await waitFor(what, check, { timeoutMilliseconds: LIMIT.timeout });
}

const SAMPLE = { name: 'main', image: 'busybox', command: ['echo', 'done'] };

/** A template with one container; `content` is merged beside spec, `spec` into it, `pod` into the Pod's template. */
export function template(
  name: string,
  container: object = {},
  { content = {}, spec = {}, pod = {}, metadata = {} } = {},
): object {
  return {
    apiVersion: 'hematoscope.app/v1',
    kind: 'JobTemplate',
    metadata: { name },
    ...content,
    spec: {
      backoffLimit: 0,
      ...spec,
      template: { metadata, spec: { restartPolicy: 'Never', containers: [{ ...SAMPLE, ...container }], ...pod } },
    },
  };
}

export function jobRun(name: string, templateRef: string, spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion: 'hematoscope.app/v1',
    kind: 'JobRun',
    metadata: { name, ...metadata },
    spec: { templateRef, ...spec },
  };
}

export const list = (...items: object[]): object => ({ apiVersion: 'v1', kind: 'List', items });

/** Keeps the Job controller away, so that the test itself writes the status of the Job. */
export const MANAGED_BY_TEST = { managedBy: 'example.com/test' };
