import { PODS } from '../../api/resources.ts';
import type { Job, Pod } from '../../api/wire.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { listedObjects } from '../watch/listed-objects.ts';
import { objectEvents } from '../watch/object-events.ts';
import type { ObjectEvent } from '../watch/object-events.ts';
import { attemptKey, byCreation, indexOf, podEnd } from './attempts.ts';
import { readPod } from './pod-reader.ts';
import type { PodTools } from './pod-reader.ts';
import { PodView } from './pod-view.ts';

/** The label of the Pods of a Job, whose value is the uid of the Job. */
const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';
/** A Pod that does not end although its run has finished: its node may be lost. */
const PATIENCE_MS = 60_000;

/** A Job whose output is read. */
export interface ReadJob {
  client: Pick<KubeClient, 'list' | 'watch' | 'log'>;
  job: Job;
  /** Aborts when the run has finished: no further Pods will be created. */
  finished: AbortSignal;
  onTrouble?: ((error: Error | undefined) => void) | undefined;
}

/** Resolves when all output of the Job's Pods has been read; without `follow`, all that there is. */
export async function readJob(read: ReadJob, tools: PodTools): Promise<void> {
  const reader = new JobReader(read, tools);
  await reader.read();
}

/** Selects the Pods of a Job. */
export function podSelector({ metadata }: Job): { namespace: string | undefined; labelSelector: string } {
  const { namespace, uid = '' } = metadata ?? {};
  return { namespace, labelSelector: `${CONTROLLER_UID}=${uid}` };
}

class JobReader {
  readonly #read: ReadJob;
  readonly #tools: PodTools;
  /** By uid. */
  readonly #views = new Map<string, PodView>();
  /** The Pods of each series of attempts, in order. */
  readonly #series = new Map<string, PodView[]>();
  readonly #work: Promise<void>[] = [];
  readonly #ends = new Map<PodView | undefined, Promise<void>>();
  readonly #failed = new AbortController();
  /** With {@link PodTools.inTurn}: the Pod that is read before the next one. */
  #turn: Promise<void> = Promise.resolve();

  constructor(read: ReadJob, tools: PodTools) {
    this.#read = read;
    this.#tools = { ...tools, signal: AbortSignal.any([tools.signal, this.#failed.signal]) };
  }

  async read(): Promise<void> {
    const isFollowing = this.#tools.options.follow && !this.#read.finished.aborted;
    if (isFollowing) await this.#watch();
    await this.#list();
    await this.#end();
    this.#failed.signal.throwIfAborted();
  }

  /** Until the run has finished. */
  async #watch(): Promise<void> {
    const { client, finished, onTrouble } = this.#read;
    const signal = AbortSignal.any([this.#tools.signal, finished]);
    const watched = { client, resource: PODS, selection: this.#selection, signal, onTrouble, isPatient: true };
    try {
      await this.#take(objectEvents<Pod>(watched));
    } catch (error) {
      if (!finished.aborted || this.#tools.signal.aborted) throw error;
    }
  }

  async #take(events: AsyncIterable<ObjectEvent<Pod>>): Promise<void> {
    // The Pods that exist at the beginning are taken in the order in which they were created.
    let early: Pod[] | undefined = [];
    for await (const event of events) {
      if (event.type === 'listed') {
        early?.toSorted(byCreation).forEach((pod) => {
          this.#changed(pod);
        });
        early = undefined;
      } else if (early) early.push(event.object);
      else if (event.type === 'deleted') this.#deleted(event.object);
      else this.#changed(event.object);
    }
  }

  /** The Pods as they are now: what the watch has missed, or all. */
  async #list(): Promise<void> {
    const { client } = this.#read;
    const { signal } = this.#tools;
    const { items } = await listedObjects<Pod>({ client, resource: PODS, selection: this.#selection, signal });
    for (const pod of items.toSorted(byCreation)) this.#changed(pod);
    const present = new Set(items.map(({ metadata }) => metadata?.uid));
    for (const [uid, view] of this.#views) if (!present.has(uid)) view.remove(view.pod);
  }

  /** Pods that end after their run are still watched, but not for ever. */
  async #end(): Promise<void> {
    const { client } = this.#read;
    const over = new AbortController();
    const signal = AbortSignal.any([this.#tools.signal, over.signal]);
    const timer = setTimeout(() => {
      for (const view of this.#views.values()) view.remove(view.pod);
    }, PATIENCE_MS);
    try {
      if (this.#tools.options.follow && this.#work.length > 0) void this.#update(client, signal);
      await this.#allWork();
    } finally {
      over.abort();
      clearTimeout(timer);
    }
  }

  /** Also of Pods that are found meanwhile. */
  async #allWork(): Promise<void> {
    for (let known = -1; known !== this.#work.length;) {
      known = this.#work.length;
      await Promise.all(this.#work);
    }
  }

  async #update(client: ReadJob['client'], signal: AbortSignal): Promise<void> {
    const watched = { client, resource: PODS, selection: this.#selection, signal, isPatient: true };
    try {
      await this.#take(objectEvents<Pod>(watched));
    } catch (error) {
      if (!signal.aborted) this.#failed.abort(error);
    }
  }

  get #selection() {
    return podSelector(this.#read.job);
  }

  #deleted(pod: Pod): void {
    this.#views.get(pod.metadata?.uid ?? '')?.remove(pod);
  }

  #changed(pod: Pod): void {
    const uid = pod.metadata?.uid ?? '';
    const known = this.#views.get(uid);
    if (known) {
      known.update(pod);
      return;
    }
    const view = new PodView(pod);
    this.#views.set(uid, view);
    const { index } = this.#tools.choice;
    if (index !== undefined && indexOf(pod) !== index) return;
    const work = this.#start(view);
    // The first error ends all others, and is thrown by `read`.
    work.catch((error: unknown) => {
      this.#failed.abort(error);
    });
    this.#work.push(work);
  }

  #start(view: PodView): Promise<void> {
    const { job } = this.#read;
    const key = attemptKey(view.pod, job);
    const series = this.#series.get(key) ?? [];
    this.#series.set(key, series);
    const predecessor = series.at(-1);
    series.push(view);
    const attempt = key === view.pod.metadata?.uid ? undefined : series.length;
    const before = () => predecessor && podEnd(predecessor.pod);
    const turn = this.#tools.inTurn ? this.#turn : (this.#ends.get(predecessor) ?? Promise.resolve());
    const work = turn.then(() => readPod({ view, job, attempt, before }, this.#tools));
    this.#turn = work;
    this.#ends.set(view, work);
    return work;
  }
}
