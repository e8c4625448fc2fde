import type { Job, Pod } from '../../api/wire.ts';
import { attemptKey, byCreation, indexOf } from '../logs/attempts.ts';
import { humanDuration } from '../terminal/human-duration.ts';
import { containerEnds } from './container-ends.ts';

/** The attempts of a run, as a table. */
export interface AttemptTable {
  header: readonly string[];
  rows: readonly string[][];
}

/** One row for each Pod that still exists, in the order of their creation. */
export function attemptTable(job: Job, pods: readonly Pod[], now: number): AttemptTable {
  const numbers = new Map<string, number>();
  const isIndexed = job.spec?.completionMode === 'Indexed';
  const rows = pods.toSorted(byCreation).map((pod) => {
    const key = attemptKey(pod, job);
    const number = (numbers.get(key) ?? 0) + 1;
    numbers.set(key, number);
    const index = isIndexed ? [String(indexOf(pod) ?? '')] : [];
    return [String(number), ...index, ...podCells(pod, now)];
  });
  return {
    header: ['ATTEMPT', ...(isIndexed ? ['INDEX'] : []), 'POD', 'NODE', 'DURATION', 'RESTARTS', 'RESULT'],
    rows,
  };
}

function podCells(pod: Pod, now: number): string[] {
  const restarts = Math.max(0, ...statusesOf(pod).map(({ restartCount }) => restartCount));
  return [pod.metadata?.name ?? '', pod.spec?.nodeName ?? '', durationOf(pod, now), String(restarts), resultOf(pod)];
}

/** How each container ended, or what it does. */
function resultOf(pod: Pod): string {
  if (pod.status?.reason !== undefined) return pod.status.reason;
  const ended = containerEnds(pod).map(({ container, text }) =>
    hasOneContainer(pod) ? text : `${container}: ${text}`,
  );
  return (isOver(pod) && ended.length > 0 ? ended : [...ended, stateOf(pod)]).join('; ');
}

function hasOneContainer({ spec }: Pod): boolean {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].length === 1;
}

function isOver({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** Of a Pod that has not ended. */
function stateOf(pod: Pod): string {
  const { phase = 'Pending' } = pod.status ?? {};
  const waiting = statusesOf(pod).find(({ state }) => state?.waiting !== undefined)?.state?.waiting?.reason;
  if (pod.metadata?.deletionTimestamp !== undefined) return 'terminating';
  return phase === 'Pending' && waiting !== undefined ? waiting : phase.toLowerCase();
}

/** From the start of the Pod to the end of its last container, or until now. */
function durationOf(pod: Pod, now: number): string {
  const start = Date.parse(pod.status?.startTime ?? '');
  if (Number.isNaN(start)) return '';
  const ends = containerEnds(pod).map(({ time }) => Date.parse(time ?? '') || start);
  return humanDuration((isOver(pod) ? Math.max(start, ...ends) : now) - start);
}

function statusesOf({ status }: Pod) {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}
