import { expect, vi } from 'vitest';
import type { JobRun, JobRunStatus } from '../../../api/job-run.ts';
import type { Pod } from '../../../api/wire.ts';
import { useCluster, type Cluster } from '../cluster.ts';
import { eventually } from '../eventually.ts';
import { installChart, release, releaseNamespace, removeEverything } from '../install.ts';
import { placeIn, run, template, type Place } from '../objects.ts';

/** A busy machine takes its time, and the kubelet checks storage once a minute. */
const PATIENCE = { timeout: 150_000, interval: 500 };
/** One Pod that stops at once, so that no earlier syncer works after an upgrade. */
const ONE_POD = ['--set', 'replicas=1,webhook.drainSeconds=1'];

/** A run of a template of the same name. */
export interface Work {
  container: object;
  /** Of the Job. */
  spec?: object;
  /** Of its Pods. */
  pod?: object;
  /** Beside the spec of the template. */
  content?: object;
  /** Of the run. */
  run?: object;
}

/** A cluster with the chart, and namespaces in which runs of real Pods begin and end. */
export class Outcomes {
  readonly #namespaces: readonly string[];
  #cluster: Cluster | undefined;

  /** @param namespaces of the runs. The first one is that of everything that names none. */
  constructor(...namespaces: readonly [string, ...string[]]) {
    this.#namespaces = namespaces;
  }

  get cluster(): Cluster {
    if (!this.#cluster) throw new Error('the cluster is used before it has begun');
    return this.#cluster;
  }

  get place(): Place {
    return this.placeIn(this.#namespaces[0] ?? '');
  }

  placeIn(namespace: string): Place {
    return placeIn(this.cluster, namespace);
  }

  /** Creates the namespaces in a cluster without the chart. */
  async begin(): Promise<void> {
    this.#cluster = await useCluster();
    await removeEverything(this.cluster);
    await this.#deleteNamespaces();
    for (const each of this.#namespaces) await this.cluster.kubectl('create', 'namespace', each);
  }

  async install(...flags: string[]): Promise<void> {
    await installChart(this.cluster, ...ONE_POD, ...flags);
    await eventually('no Pod of an earlier revision', async () => {
      const pods = await this.placeIn(releaseNamespace).list<Pod>('pods', `app.kubernetes.io/instance=${release}`);
      return pods.length === 1 ? true : undefined;
    });
  }

  async end(): Promise<void> {
    await this.#deleteNamespaces();
    await removeEverything(this.cluster);
  }

  readonly start = async (works: Record<string, Work>, where = this.place): Promise<void> => {
    await where.accepted({ apiVersion: 'v1', kind: 'List', items: objectsOf(works) });
  };

  readonly statusOf = async (name: string, where = this.place): Promise<JobRunStatus> =>
    (await where.get<JobRun>('jobrun', name)).status ?? {};

  /** Waits until the status of a run matches. */
  readonly reports = (name: string, status: object, where = this.place): Promise<void> =>
    vi.waitFor(async () => {
      expect(await this.statusOf(name, where)).toMatchObject(status);
    }, PATIENCE);

  readonly podsOf = (name: string): Promise<Pod[]> => this.place.list<Pod>('pods', `hematoscope.app/job-run=${name}`);

  async #deleteNamespaces(): Promise<void> {
    await this.cluster.kubectl('delete', 'namespace', ...this.#namespaces, '--ignore-not-found', '--timeout=120s');
  }
}

const objectsOf = (works: Record<string, Work>) =>
  Object.entries(works).flatMap(([name, { container, spec = {}, pod = {}, content = {}, run: runSpec = {} }]) => [
    template(name, { imagePullPolicy: 'IfNotPresent', ...container }, { spec, pod, content }),
    run(name, name, runSpec),
  ]);

export const shell = (script: string, more: object = {}) => ({ command: ['sh', '-c', script], ...more });
export const WAITS_FOR_TEMPLATE = { annotations: { 'hematoscope.app/missing-template': 'Wait' } };
/** Exits some seconds after it was asked to. */
export const stopsAfter = (seconds: number) =>
  shell(
    `trap "echo asked to stop; sleep ${seconds}; echo stopped; exit 143" TERM; echo ready; while :; do sleep 0.1; done`,
  );
export const SLEEPS = shell('exec sleep 600');

export const matching = (text: string | RegExp) =>
  typeof text === 'string' ? text : (expect.stringMatching(text) as string);

export const conditionTrue = (type: string, more: object = {}) =>
  expect.arrayContaining([expect.objectContaining({ type, status: 'True', ...more })]) as unknown;
