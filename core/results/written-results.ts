import { LARGEST_RESULTS } from '../../api/limits.ts';
import { REASON_RESULTS_INVALID, REASON_RESULTS_MISSING, REASON_RESULTS_UNKNOWN } from '../../api/names.ts';
import type { Pod } from '../../api/wire.ts';
import { quoted } from '../errors/quoted.ts';
import { cutName } from './cut-name.ts';
import { repeatedName } from './repeated-name.ts';
import type { ResultsOutcome } from './results-outcome.ts';

/** The JSON object that a container has written, or the reason why it has written none. */
export type Written = { object: Readonly<Record<string, unknown>> } | { problem: ResultsOutcome };

/** Kubernetes stores this much of all containers of a Pod, and divides it among them. */
const BYTES_OF_POD = 12_288;

/** What the container has written in the Pod that succeeded, of the Pods of a Job. */
export function writtenResults(pods: readonly Pod[], container: string): Written {
  const pod = pods.find(({ status }) => status?.phase === 'Succeeded');
  if (pod === undefined) {
    return problem('Unknown', REASON_RESULTS_UNKNOWN, 'no Pod of the Job that has succeeded was found');
  }
  const { containerStatuses = [] } = pod.status ?? {};
  const terminated = containerStatuses.find(({ name }) => name === container)?.state?.terminated;
  const text = terminated?.exitCode === 0 ? (terminated.message ?? '') : '';
  if (text.trim() === '') {
    const message = `container "${container}" has written nothing to its termination log, /dev/termination-log`;
    return problem('False', REASON_RESULTS_MISSING, message);
  }
  return parsed(text, container, mostBytes(pod));
}

function parsed(text: string, container: string, most: number): Written {
  const invalid = (why: string): Written =>
    problem('False', REASON_RESULTS_INVALID, `what container "${container}" has written is ${why}`);
  const bytes = Buffer.byteLength(text);
  if (bytes > LARGEST_RESULTS) return invalid('longer than 4 KiB');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // A character of several bytes can have been cut, too.
    const cut =
      bytes > most - 4 ? `; it has been cut: Kubernetes stores ${most} bytes of each container of this Pod` : '';
    return invalid(`not JSON${cut}`);
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject) return invalid('JSON, but not an object');
  const repeated = repeatedName(text);
  if (repeated !== undefined) return invalid(`ambiguous: it has ${quoted(cutName(repeated))} more than once`);
  return { object: value as Record<string, unknown> };
}

/** Containers that others add to the Pod count too. */
function mostBytes({ spec }: Pod): number {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = spec ?? {};
  const count = containers.length + initContainers.length + ephemeralContainers.length;
  return Math.min(LARGEST_RESULTS, Math.floor(BYTES_OF_POD / Math.max(count, 1)));
}

function problem(status: 'False' | 'Unknown', reason: string, message: string): Written {
  return { problem: { status, reason, message } };
}
