import type { JobRun } from '../../api/job-run.ts';
import { SECRETS } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import { isHeaderText } from '../../core/callback/authorization.ts';
import { receiverOf } from '../../core/callback/receiver.ts';
import { KubeApiError } from '../../kube/client/api-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';

type Secret = KubeObject & { data?: Record<string, string> };

/** A Secret has at most 1 MiB, and base64 makes a third more of it. */
const MOST_BYTES = 2 * 1024 * 1024;

/** The token of a callback, or why it cannot be read now. */
export type TokenAnswer = { token: string | undefined } | { problem: string };

/**
 * The token of the callback: from the spec of the run, or from the Secret that the run or its template names. Whether the Secret may be read has been checked.
 *
 * @throws if the API server does not answer
 */
export async function callbackToken(run: JobRun, client: Pick<KubeClient, 'get'>): Promise<TokenAnswer> {
  const { token, tokenSecretRef: ref } = receiverOf(run) ?? {};
  if (ref === undefined) return { token };
  const { name, key } = ref;
  const secret = await secretOf(client, { namespace: run.metadata.namespace, name });
  if (typeof secret === 'string') return { problem: `Secret "${name}" ${secret}` };
  const encoded = secret.data?.[key];
  if (encoded === undefined) return { problem: `Secret "${name}" has no key "${key}"` };
  // An editor or `echo` may have added a line break.
  const value = Buffer.from(encoded, 'base64').toString('utf8').trim();
  return isHeaderText(value)
    ? { token: value }
    : { problem: `key "${key}" of Secret "${name}" must have only printable ASCII characters` };
}

/** @returns the Secret, or why it cannot be read. */
async function secretOf(
  client: Pick<KubeClient, 'get'>,
  key: { namespace: string | undefined; name: string },
): Promise<Secret | string> {
  try {
    return await client.get<Secret>(SECRETS, key, { maxBytes: MOST_BYTES });
  } catch (error) {
    if (!(error instanceof KubeApiError)) throw error;
    if (error.code === 404) return 'does not exist';
    if (error.code === 403) return 'may not be read by the syncer';
    throw error;
  }
}
