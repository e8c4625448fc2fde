import type { CallbackStatus, TemplateCallback } from '../../api/callback.ts';
import type { JobRun } from '../../api/job-run.ts';
import type { TemplateOutline } from '../template/outline.ts';

/** Where the result of a run is sent, and how the receiver knows who has sent it. */
export interface Receiver {
  url: string;
  token?: string | undefined;
  tokenSecretRef?: { name: string; key: string } | undefined;
}

/**
 * The receiver that the run sets, or else that of its template, which the status has once the run has finished. An empty URL
 * clears the one of the template. The two are never mixed: the token of the template is not sent to another URL.
 */
export function receiverOf({ spec, status }: JobRun): Receiver | undefined {
  const { callbackUrl, callbackToken: token, callbackTokenSecretRef: tokenSecretRef } = spec;
  if (callbackUrl !== undefined) return callbackUrl === '' ? undefined : { url: callbackUrl, token, tokenSecretRef };
  const { url, tokenSecretRef: ref } = status?.callback ?? {};
  return url === undefined ? undefined : { url, tokenSecretRef: ref };
}

/** The receiver of the runs of a template that set none. A template that was stored before the CRD had it can contain anything. */
export function receiverOfTemplate({
  runs,
}: {
  runs?: { callback?: unknown } | undefined;
}): TemplateCallback | undefined {
  const callback = (runs as { callback?: unknown } | null | undefined)?.callback;
  if (typeof callback !== 'object' || callback === null) return undefined;
  const { url, tokenSecretRef: ref } = callback as Record<string, unknown>;
  if (typeof url !== 'string' || url === '') return undefined;
  return isReference(ref) ? { url, tokenSecretRef: ref } : { url };
}

function isReference(ref: unknown): ref is { name: string; key: string } {
  const { name, key } = (ref ?? {}) as Record<string, unknown>;
  return typeof name === 'string' && typeof key === 'string';
}

/**
 * The status with which the callback of the present template begins, at the moment at which the run finishes; `undefined` if
 * the run sets its own, or the template has none.
 */
export function callbackOfTemplate(
  { spec }: JobRun,
  template: Pick<TemplateOutline, 'runs'> | undefined,
): CallbackStatus | undefined {
  const receiver = spec.callbackUrl === undefined && template ? receiverOfTemplate(template) : undefined;
  return receiver && { state: 'Pending', attempts: 0, ...receiver };
}
