import type { Logger } from 'pino';
import { EVENTS, PODS } from '../../api/resources.ts';
import type { Job, Pod, ReportedEvent } from '../../api/wire.ts';
import { FAILED_CREATE, newestOf } from '../../core/pods/refusal-wait.ts';
import { isLive } from '../../core/pods/seen-pods.ts';
import type { SeenPods } from '../../core/pods/seen-pods.ts';
import { KubeApiError, ResponseTooLargeError } from '../../kube/client/api-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { SparseReports } from '../../kube/process/sparse-reports.ts';
import type { Clock } from '../clock.ts';
import { LookRate } from './look-rate.ts';

export interface PodReaderOptions {
  client: Pick<KubeClient, 'list'>;
  /** Whether Pods are read, the Events of Jobs without Pods, and the end of the output of failed containers. */
  reads: { pods: boolean; events: boolean; logEnds: boolean };
  clock: Pick<Clock, 'monotonic'>;
  logger: Pick<Logger, 'warn'>;
}

/** All Pods of a run usually wait for the same. */
const MOST_PODS = 30;
const MOST_EVENTS = 20;
/** A Pod has some 10 KiB. */
const MOST_BYTES = 2 * 1024 * 1024;

/** Reads why the Pods of a Job do not start. It is never needed: what cannot be read is not known. */
export class PodReader {
  readonly #options: PodReaderOptions;
  readonly #rate: LookRate;
  readonly #reports: SparseReports;

  constructor(options: PodReaderOptions) {
    this.#options = options;
    this.#rate = new LookRate(options.clock);
    this.#reports = new SparseReports(options.clock.monotonic);
  }

  get isPermitted(): boolean {
    return this.#options.reads.pods;
  }

  /** Whether containers store the end of their output where it is read with their Pod. */
  get keepsLogEnds(): boolean {
    const { pods, logEnds } = this.#options.reads;
    return pods && logEnds;
  }

  /**
   * @param isFinal the Job fails, and its Pods may be deleted soon: not limited, as it happens once for a run
   * @returns `unknown` if the API server refuses, the answer is too large, or too many Jobs were looked at recently
   * @throws if the API server does not answer
   */
  async read(job: Job, isFinal = false): Promise<SeenPods | 'unknown'> {
    if (!isFinal && !this.#rate.takes(job.metadata?.namespace ?? '')) return 'unknown';
    try {
      return await (isFinal ? this.#failed(job) : this.#stuck(job));
    } catch (err) {
      if (!(err instanceof KubeApiError || err instanceof ResponseTooLargeError)) throw err;
      this.#report(err);
      return 'unknown';
    }
  }

  async #failed(job: Job): Promise<SeenPods> {
    return { pods: await this.#podsOf(job) };
  }

  async #stuck(job: Job): Promise<SeenPods> {
    const pods = await this.#podsOf(job);
    if (pods.some(isLive) || !this.#options.reads.events) return { pods };
    return { pods, refusal: await this.#refusalOf(job) };
  }

  async #podsOf({ metadata }: Job): Promise<Pod[]> {
    const { namespace, uid = '' } = metadata ?? {};
    const labelSelector = `batch.kubernetes.io/controller-uid=${uid}`;
    const options = { maxBytes: MOST_BYTES };
    const { items } = await this.#options.client.list<Pod>(
      PODS,
      { namespace, labelSelector, limit: MOST_PODS },
      options,
    );
    return items;
  }

  async #refusalOf({ metadata }: Job): Promise<ReportedEvent | undefined> {
    const { namespace, uid = '' } = metadata ?? {};
    const fieldSelector = `regarding.uid=${uid},reason=${FAILED_CREATE}`;
    const page = { namespace, fieldSelector, limit: MOST_EVENTS };
    const { items } = await this.#options.client.list<ReportedEvent>(EVENTS, page, { maxBytes: MOST_BYTES });
    return newestOf(items);
  }

  #report(err: Error): void {
    if (!this.#reports.isDue(err instanceof KubeApiError ? String(err.code) : err.name)) return;
    this.#options.logger.warn({ err }, 'cannot read why the Pods of a Job do not start');
  }
}
