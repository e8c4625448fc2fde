import type { ReportedEvent } from '../../api/wire.ts';
import type { Wait } from './pods-view.ts';
import type { SeenPods } from './seen-pods.ts';

/** The reason of the Job controller's Event if the API server refuses a Pod. */
export const FAILED_CREATE = 'FailedCreate';
const INTRODUCTION = /^Error creating: /;

/** Why a Job without Pods has none, in the words of the API server. A refusal before the newest Pod is out of date. */
export function refusalWait({ pods, refusal }: SeenPods): Wait | undefined {
  if (refusal === undefined) return undefined;
  const createdMs = pods.map(({ metadata }) => Date.parse(metadata?.creationTimestamp ?? ''));
  if (createdMs.some((ms) => ms > reportedMs(refusal))) return undefined;
  const why = (refusal.note ?? '').replace(INTRODUCTION, '');
  return { reason: FAILED_CREATE, message: `the Pods of the Job cannot be created: ${why}` };
}

/** The Event that was reported last. */
export function newestOf(events: readonly ReportedEvent[]): ReportedEvent | undefined {
  return events.toSorted((a, b) => reportedMs(b) - reportedMs(a))[0];
}

/** Controllers count repeated Events in one of two ways. */
function reportedMs({ series, deprecatedLastTimestamp, eventTime, metadata }: ReportedEvent): number {
  const last = series?.lastObservedTime ?? deprecatedLastTimestamp ?? eventTime;
  return Date.parse(last ?? metadata?.creationTimestamp ?? '') || 0;
}
