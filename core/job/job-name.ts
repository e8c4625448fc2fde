import { hash } from 'node:crypto';

/**
 * Longest name of a Job. A Pod's hostname has up to 63 characters, and the Pods of an Indexed Job add `-<index>` to the
 * Job's name: this leaves room for five digits.
 */
const MAX_LENGTH = 57;
const HASH_LENGTH = 8;
/** Longest name in Kubernetes; the rest of a longer text is ignored. */
const LONGEST_NAME = 253;

/**
 * The one name that the Job of a JobRun can have: a valid DNS label of the run's name (cut, dots replaced) and 8 hex
 * digits of its uid's hash. The name is the lock that gives a JobRun one Job only: a second create fails with
 * AlreadyExists. A recreated JobRun has another uid, hence another Job.
 */
export function jobName(runName: string, runUid: string): string {
  const digits = hash('sha256', runUid).slice(0, HASH_LENGTH);
  const label = runName
    .slice(0, LONGEST_NAME)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
    .replace(/^-+/, '')
    .slice(0, MAX_LENGTH - HASH_LENGTH - 1);
  const [trimmed = 'job'] = /^.*[a-z0-9]/.exec(label) ?? [];
  return `${trimmed}-${digits}`;
}
