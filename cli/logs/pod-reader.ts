import type { Job, Pod } from '../../api/wire.ts';
import { attemptText, endText, indexOf } from './attempts.ts';
import { containersOf } from './container-instances.ts';
import type { Instance } from './container-instances.ts';
import { ContainerReader } from './container-reader.ts';
import type { ReaderTools } from './container-reader.ts';
import type { LogSource } from './log-source.ts';
import type { PodView } from './pod-view.ts';

/** Which output is wanted. */
export interface LogChoice {
  container?: string | undefined;
  /** Absent: all. */
  attempt?: number | undefined;
  index?: number | undefined;
}

/** A Pod of a Job, and what is known of it before its output is read. */
export interface JobPod {
  view: PodView;
  job: Job;
  /** The first attempt in this Pod. Absent: attempts are not counted. */
  attempt: number | undefined;
  /** How the attempt before ended. */
  before: () => string | undefined;
}

/** How the Pods and containers of a run are read. */
export interface PodTools extends ReaderTools {
  choice: LogChoice;
  /** One container after the other, because they have ended and their lines no longer need to be in the order of time. */
  inTurn: boolean;
}

/** Reads all output of one Pod: its init containers one after the other, then its containers. */
export async function readPod(jobPod: JobPod, tools: PodTools): Promise<void> {
  const { view } = jobPod;
  const { choice, inTurn } = tools;
  const { namespace = '', name = '' } = view.pod.metadata ?? {};
  const chosen = containersOf(view.pod).filter(
    (each) => choice.container === undefined || each.name === choice.container,
  );
  const readers: ContainerReader[] = [];
  const attempts = new PodAttempts(jobPod, tools);
  for (const [at, { name: container }] of chosen.entries()) {
    const isAfter = (before: ContainerReader, place: number): boolean =>
      chosen[place]?.isBlocking === true || inTurn ? !before.hasUnread : true;
    const mayRead = (): boolean => readers.slice(0, at).every(isAfter);
    const sourceOf = (instance: Instance) => attempts.sourceOf(container, instance);
    readers.push(new ContainerReader({ view, pod: { namespace, name }, container, sourceOf, mayRead }, tools));
  }
  await Promise.all(readers.map((reader) => reader.read()));
}

/** The attempts in one Pod: containers that are restarted in it begin further ones. */
class PodAttempts {
  readonly #jobPod: JobPod;
  readonly #tools: PodTools;
  /** The attempt that was announced last. */
  #announced: number | undefined;

  constructor(jobPod: JobPod, tools: PodTools) {
    this.#jobPod = jobPod;
    this.#tools = tools;
  }

  /** `undefined` if the output is not wanted. */
  sourceOf(container: string, { number }: Instance): LogSource | undefined {
    const { view, attempt: first } = this.#jobPod;
    const attempt = first === undefined ? undefined : first + number - 1;
    const { choice } = this.#tools;
    if (choice.attempt !== undefined && attempt !== choice.attempt) return undefined;
    if (attempt !== undefined && choice.attempt === undefined) this.#announce(attempt, container, number);
    return { pod: view.pod.metadata?.name ?? '', container, index: indexOf(view.pod), attempt };
  }

  /** Says once that an attempt after the first begins. */
  #announce(attempt: number, container: string, number: number): void {
    if (attempt === 1 || attempt <= (this.#announced ?? 0)) return;
    this.#announced = attempt;
    const { view, job, before } = this.#jobPod;
    const end = number === 1 ? before() : restartOf(view.pod, container);
    this.#tools.notify(attemptText({ number: attempt, index: indexOf(view.pod), before: end }, job));
  }
}

/** How the instance before the present one ended. */
function restartOf({ status }: Pod, container: string): string | undefined {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const terminated = all.find(({ name }) => name === container)?.lastState?.terminated;
  return terminated && endText(terminated);
}
