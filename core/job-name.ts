import { createHash } from 'node:crypto';

const MAX_LABEL_LENGTH = 63;
const HASH_LENGTH = 8;

/**
 * The name of a JobRun's Job: `<run name, cut>-<8 hex of sha256(run uid)>`, at most 63 characters and always a DNS label
 * (RFC 1123), since a Job's name becomes a label and the host name of its Pods. The same run always asks for the same
 * name, which makes the name the lock: see docs/adr/0002-deterministic-job-name.md.
 *
 * @param runName a DNS subdomain of up to 253 characters; dots become dashes
 */
export function jobName(runName: string, runUid: string): string {
  const hash = createHash('sha256').update(runUid).digest('hex').slice(0, HASH_LENGTH);
  const prefix = runName
    .replaceAll('.', '-')
    .slice(0, MAX_LABEL_LENGTH - HASH_LENGTH - 1)
    .replace(/-+$/, '');
  return `${prefix}-${hash}`;
}
