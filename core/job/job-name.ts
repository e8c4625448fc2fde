import { createHash } from 'node:crypto';

/**
 * Longest name given to a Job. Kubernetes takes 63 characters for what becomes a Pod's hostname, and an Indexed Job's
 * Pods add `-<index>` to the Job's name: up to five digits have room.
 */
const MAX_LENGTH = 57;
const HASH_LENGTH = 8;
/** Kubernetes takes no longer name; of a text that cannot be one, no more is read. */
const LONGEST_NAME = 253;

/**
 * The one name that the Job of a JobRun can have: a valid DNS label, the run's name (cut, dots replaced) and 8 hex
 * digits of its uid's hash. It is the lock that keeps a JobRun from getting two Jobs: whoever comes second is told that
 * the name is taken. A recreated JobRun has another uid, hence another Job.
 */
export function jobName(runName: string, runUid: string): string {
  const hash = createHash('sha256').update(runUid).digest('hex').slice(0, HASH_LENGTH);
  const label = runName
    .slice(0, LONGEST_NAME)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
    .replace(/^-+/, '')
    .slice(0, MAX_LENGTH - HASH_LENGTH - 1)
    .replace(/-+$/, '');
  return `${label === '' ? 'job' : label}-${hash}`;
}
