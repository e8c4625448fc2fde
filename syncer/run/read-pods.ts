import type { Logger } from 'pino';
import { EVENTS, PODS } from '../../api/resources.ts';
import type { Job, Pod, ReportedEvent } from '../../api/wire.ts';
import { FAILED_CREATE, newestOf } from '../../core/pods/refusal-wait.ts';
import { isLive } from '../../core/pods/seen-pods.ts';
import type { PodsPurpose, SeenPods } from '../../core/pods/seen-pods.ts';
import { KubeApiError, ResponseTooLargeError } from '../../kube/client/api-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { ListPage } from '../../kube/client/request-options.ts';
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
/** Only one Pod of a Job with results succeeds, but many may have failed before. */
const SUCCEEDED = { fieldSelector: 'status.phase=Succeeded', limit: 1 };
/** Before a Job is stopped because none of its Pods has started, all of them are read: this many pages at most. */
const MOST_PAGES = 40;
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
   * @param purpose only looks are limited: everything else happens once for a run
   * @returns `unknown` if the API server refuses, or the answer is too large; when to try again, if too many Jobs were looked
   * at within a second
   * @throws if the API server does not answer; results are also read again later if it is overloaded or has an error
   */
  async read(job: Job, purpose: PodsPurpose): Promise<SeenPods | 'unknown' | { afterMs: number }> {
    const afterMs = purpose === 'look' ? this.#rate.delayMs(job.metadata?.namespace ?? '') : 0;
    if (afterMs > 0) return { afterMs };
    try {
      return await this.#seen(job, purpose);
    } catch (err) {
      if (!(err instanceof KubeApiError || err instanceof ResponseTooLargeError)) throw err;
      if (purpose === 'results' && isPassing(err)) throw err;
      this.#report(err);
      return 'unknown';
    }
  }

  async #seen(job: Job, purpose: PodsPurpose): Promise<SeenPods | 'unknown'> {
    const { pods, more } = await this.#podsOf(job, purpose === 'results' ? SUCCEEDED : {});
    switch (purpose) {
      case 'results':
      case 'failure':
        return { pods };
      case 'look':
        return this.#withRefusal(job, pods);
      case 'start': {
        const others = await this.#otherPodsOf(job, more);
        return others ? this.#withRefusal(job, [...pods, ...others]) : 'unknown';
      }
    }
  }

  /** All Pods after the first page; `undefined` if they are too many. */
  async #otherPodsOf(job: Job, first: string): Promise<Pod[] | undefined> {
    const all: Pod[] = [];
    let token = first;
    for (let pages = 1; token !== ''; pages += 1) {
      if (pages >= MOST_PAGES) return undefined;
      const { pods, more } = await this.#podsOf(job, { continue: token });
      all.push(...pods);
      token = more;
    }
    return all;
  }

  async #withRefusal(job: Job, pods: Pod[]): Promise<SeenPods> {
    if (pods.some(isLive) || !this.#options.reads.events) return { pods };
    return { pods, refusal: await this.#refusalOf(job) };
  }

  /** One page. `more`: the token of the next one, or empty. */
  async #podsOf({ metadata }: Job, selected: ListPage = {}): Promise<{ pods: Pod[]; more: string }> {
    const { namespace, uid = '' } = metadata ?? {};
    const labelSelector = `batch.kubernetes.io/controller-uid=${uid}`;
    const options = { maxBytes: MOST_BYTES };
    const page = { namespace, labelSelector, limit: MOST_PODS, ...selected };
    const list = await this.#options.client.list<Pod>(PODS, page, options);
    return { pods: list.items, more: list.metadata.continue ?? '' };
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
    this.#options.logger.warn({ err }, 'cannot read the Pods of a Job');
  }
}

function isPassing(err: KubeApiError | ResponseTooLargeError): boolean {
  return err instanceof KubeApiError && (err.code === 429 || err.code >= 500);
}
