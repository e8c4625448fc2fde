import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import { objectEvents } from './object-events.ts';
import type { WatchedObjects } from './object-events.ts';

/** `listed` comes after all runs that existed at the beginning. */
export type RunEvent = { type: 'changed' | 'deleted'; run: JobRun } | { type: 'listed' };

/** The events of runs, as {@link objectEvents} yields them. */
export async function* runEvents(watched: Omit<WatchedObjects, 'resource'>): AsyncGenerator<RunEvent> {
  for await (const event of objectEvents<JobRun>({ ...watched, resource: JOB_RUNS })) {
    yield event.type === 'listed' ? event : { type: event.type, run: event.object };
  }
}
