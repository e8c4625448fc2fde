import type { RenderedJob } from '../../core/job/render.ts';
import type { Job } from '../../api/wire.ts';

/** Nearly all Jobs are smaller. Larger ones take turns; see `dry-run-turns.ts`. */
const LARGE_BYTES = 32 * 1024;

/** A Job for a dry run. */
export interface JobToTry {
  namespace: string | undefined;
  /** The size of its JSON, or a little more. */
  bytes: number;
  job: () => Job;
  /** The Job is not needed for a while: a large one is rendered again when it is. */
  release: () => void;
}

export function isLarge({ bytes }: Pick<JobToTry, 'bytes'>): boolean {
  return bytes > LARGE_BYTES;
}

/** A Job that stays in memory until it is tried. */
export function heldJob({ job, bytes }: Pick<RenderedJob, 'job' | 'bytes'>): JobToTry {
  return { namespace: job.metadata?.namespace, bytes, job: () => job, release: () => undefined };
}
