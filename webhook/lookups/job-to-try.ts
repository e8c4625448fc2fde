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
