import { isNotFound, KubeApiError } from '../../kube/client/api-error.ts';
import { backoffMs } from '../../kube/controller/backoff.ts';
import { sleep } from '../../kube/controller/sleep.ts';
import { instancesOf, isOver } from './container-instances.ts';
import type { Instance } from './container-instances.ts';
import { isSameLog, readLog } from './log-reading.ts';
import type { LogRequest, LogTools, ReadResult } from './log-reading.ts';
import type { LogSource } from './log-source.ts';
import type { PodView } from './pod-view.ts';
import { SeenLines } from './seen-lines.ts';
import type { StreamSlots } from './stream-slots.ts';

/** How logs are read. */
export interface ReadOptions {
  follow: boolean;
  tailLines?: number | undefined;
  sinceSeconds?: number | undefined;
}

/** What the readers of one command share. */
export interface ReaderTools extends LogTools {
  options: ReadOptions;
  slots: StreamSlots;
  /**
   * How long the log of a container that has ended must bring nothing before it counts as complete: container runtimes
   * report the end before they have written all of the output. 0: the containers ended long ago.
   */
  settleMs: number;
  /** Tells the user about output that is missing or late. */
  notify: (text: string) => void;
}

/** One container of one Pod. */
export interface ReadContainer {
  view: PodView;
  pod: { namespace: string; name: string };
  container: string;
  /** Of an instance; `undefined`: its output is not wanted. Called once for each, before it is read. */
  sourceOf: (instance: Instance) => LogSource | undefined;
  /** Whether the containers before this one have been read. */
  mayRead: () => boolean;
}

const BACKOFF = { baseMs: 100, maxMs: 3_000 };
/** So often, the log of a container that has ended is requested before it counts as lost. */
const MOST_FAILURES = 8;
/** A failure that happens once is corrected without a word. */
const TROUBLE = 4;
const STATE_MS = 500;
/** A log that ends within a line is probably not complete. So often, it is waited for. */
const MOST_UNFINISHED = 3;
/** The log of a container that has ended is complete on its node. If no more arrives, the connection is dead. */
const SILENCE_MS = 5_000;
const CHANGE_MS = 60_000;

/** Reads all output of one container, one instance after the other. */
export class ContainerReader {
  readonly #target: ReadContainer;
  readonly #tools: ReaderTools;
  readonly #done = new Set<string>();
  /** By id of the instance. */
  readonly #seen = new Map<string, SeenLines>();
  #latest = 0;

  constructor(target: ReadContainer, tools: ReaderTools) {
    this.#target = target;
    this.#tools = tools;
  }

  /** True if output is known to exist that has not been read. */
  get hasUnread(): boolean {
    return this.#next() !== undefined;
  }

  /** True if all output has been read that there will be. */
  get isFinished(): boolean {
    const { view, container } = this.#target;
    return !this.hasUnread && (view.isGone || isOver(view.pod, container));
  }

  /** Resolves when all output has been read; without `follow`, all output that there is. */
  async read(): Promise<void> {
    const { view, mayRead } = this.#target;
    const { slots, options, signal } = this.#tools;
    for (;;) {
      signal.throwIfAborted();
      const instance = this.#next();
      if (instance && mayRead()) {
        await slots.run(() => this.#readInstance(instance));
        this.#done.add(instance.id);
        view.touch();
      } else if (!instance && (!options.follow || this.isFinished)) {
        view.touch();
        return;
      } else {
        await view.change(signal, CHANGE_MS);
      }
    }
  }

  #instances(): Instance[] {
    return instancesOf(this.#target.view.pod, this.#target.container);
  }

  #next(): Instance | undefined {
    return this.#instances().find(({ id }) => !this.#done.has(id));
  }

  async #readInstance(instance: Instance): Promise<void> {
    this.#noteMissing(instance);
    const source = this.#target.sourceOf(instance);
    if (source === undefined) return;
    const attempts = { instance, source, wasCurrent: false, endedCleanly: false, failures: 0, pauses: 0 };
    while (!(await this.#attempt(attempts))) this.#tools.signal.throwIfAborted();
    this.#seen.delete(instance.id);
  }

  /** The node retains the logs of the last two instances. */
  #noteMissing({ number }: Instance): void {
    const missing = number - this.#latest - 1;
    if (missing > 0 && this.#latest > 0) {
      this.#tools.notify(`the output of ${missing} earlier attempts of ${this.#title} is no longer available`);
    }
    this.#latest = number;
  }

  /** @returns whether the instance has been read completely, or there is no more to be had */
  async #attempt(attempts: Attempts): Promise<boolean> {
    const { follow } = this.#tools.options;
    const now = this.#instances().find(({ id }) => id === attempts.instance.id);
    if (now === undefined) return this.#lost(attempts, 'its node has removed it');
    try {
      await this.#identify(now, attempts);
      const isFollowing = follow && !now.ended && !this.#target.view.isGone;
      const result = await this.#readOnce(now, attempts, isFollowing);
      attempts.failures = 0;
      attempts.endedCleanly = true;
      if (!isFollowing) return await this.#isComplete(now, attempts, result);
      await this.#awaitState(now);
      return false;
    } catch (error) {
      return this.#failed(error, now, attempts);
    }
  }

  /** Waits, unless the log is complete. */
  async #isComplete(now: Instance, attempts: Attempts, { fresh, rest }: ReadResult): Promise<boolean> {
    const { settleMs, output, signal } = this.#tools;
    if (fresh > 0) attempts.pauses = 0;
    const enough = rest === undefined ? 1 : MOST_UNFINISHED;
    if (now.ended && (fresh > 0 || attempts.pauses < (settleMs === 0 ? 0 : enough))) {
      attempts.pauses += 1;
      await sleep(settleMs, signal);
      return false;
    }
    if (rest !== undefined) await output.write([{ source: attempts.source, piece: rest }]);
    return true;
  }

  async #readOnce(now: Instance, { source }: Attempts, follow: boolean): Promise<ReadResult> {
    const { tailLines, sinceSeconds } = this.#tools.options;
    const selection = { container: this.#target.container, follow, previous: now.previous, tailLines, sinceSeconds };
    const stop = new AbortController();
    const request = { ...this.#request(now.id, source), selection };
    if (follow) void this.#stopWhenSilent(now, stop);
    try {
      return await readLog({ ...request, signal: stop.signal }, this.#tools);
    } catch (error) {
      if (error === SILENT) return { fresh: 0, rest: undefined };
      throw error;
    } finally {
      stop.abort(SILENT);
    }
  }

  #request(id: string, source: LogSource): LogRequest {
    const { tailLines, sinceSeconds } = this.#tools.options;
    const { container, pod } = this.#target;
    const isPartial = tailLines !== undefined || sinceSeconds !== undefined;
    const seen = this.#seen.get(id) ?? new SeenLines(isPartial);
    this.#seen.set(id, seen);
    return { pod, selection: { container }, seen, source };
  }

  /** After a restart: what was read as the output of this instance may be that of the next one. */
  async #identify(now: Instance, attempts: Attempts): Promise<void> {
    if (!now.previous) attempts.wasCurrent = true;
    const seen = this.#seen.get(now.id);
    if (!now.previous || !attempts.wasCurrent || seen?.first === undefined) return;
    if (!(await isSameLog(this.#request(now.id, attempts.source), this.#tools))) {
      const next = this.#instances().at(-1);
      if (next) this.#seen.set(next.id, seen);
      this.#seen.delete(now.id);
    }
    attempts.wasCurrent = false;
  }

  async #stopWhenSilent({ id }: Instance, stop: AbortController): Promise<void> {
    const { view } = this.#target;
    const signal = AbortSignal.any([this.#tools.signal, stop.signal]);
    const isRunning = (): boolean => this.#instances().some((each) => each.id === id && !each.ended) && !view.isGone;
    while (!signal.aborted && isRunning()) await view.change(signal, CHANGE_MS).catch(() => undefined);
    while (!signal.aborted) {
      const before = this.#seen.get(id)?.pieces;
      await sleep(SILENCE_MS, signal);
      if (this.#seen.get(id)?.pieces === before) stop.abort(SILENT);
    }
  }

  /** The state of a container is known a little later than the end of its log. */
  async #awaitState({ id }: Instance): Promise<void> {
    if (this.#instances().some((each) => each.id === id && !each.ended)) {
      await this.#target.view.change(this.#tools.signal, STATE_MS);
    }
  }

  async #failed(error: unknown, now: Instance, attempts: Attempts): Promise<boolean> {
    const { signal } = this.#tools;
    signal.throwIfAborted();
    if (!(error instanceof Error) || isForbidden(error)) throw error;
    attempts.failures += 1;
    if (this.#target.view.isGone || isNotFound(error)) return this.#lost(attempts, 'the Pod was deleted');
    const most = attempts.endedCleanly ? TROUBLE : MOST_FAILURES;
    if (now.ended && attempts.failures >= most) return this.#lost(attempts, messageOf(error));
    if (attempts.failures === TROUBLE) this.#tools.notify(`the output of ${this.#title} is late: ${messageOf(error)}`);
    await sleep(backoffMs(BACKOFF, attempts.failures), signal);
    return false;
  }

  /** There is no more to be had. If the log has ended before, nothing is missing. */
  #lost({ instance, endedCleanly }: Attempts, why: string): true {
    if (!endedCleanly) {
      const what = this.#seen.get(instance.id)?.since === undefined ? '' : 'the end of ';
      this.#tools.notify(`${what}the output of ${this.#title} could not be read: ${why}`);
    }
    return true;
  }

  get #title(): string {
    return `container ${this.#target.container} of Pod ${this.#target.pod.name}`;
  }
}

/** The attempts to read one instance. */
interface Attempts {
  instance: Instance;
  source: LogSource;
  /** It has been read as the present one. */
  wasCurrent: boolean;
  /** A reading has reached its end. */
  endedCleanly: boolean;
  failures: number;
  /** Since the log has brought something. */
  pauses: number;
}

const SILENT = new Error('the log is silent');

function isForbidden(error: Error): boolean {
  return error instanceof KubeApiError && error.code === 403;
}

function messageOf(error: Error): string {
  return error instanceof KubeApiError ? (error.status.message ?? error.message) : error.message;
}
