import type { CallbackPolicy } from './callback-policy.ts';
import type { Receiver } from './receiver.ts';

/**
 * A policy that permits what an administrator can permit for this receiver. What it refuses is refused in every cluster, so
 * that a callback can be checked without knowing the policy.
 */
export function anyPolicyFor(receiver: Receiver | undefined, namespace: string | undefined): CallbackPolicy {
  const { url = '', tokenSecretRef: ref } = receiver ?? {};
  return {
    allowedHosts: [URL.parse(url)?.hostname ?? 'example.com'],
    allowHttp: true,
    secrets: ref === undefined ? [] : [`${namespace ?? ''}/${ref.name}`],
  };
}
