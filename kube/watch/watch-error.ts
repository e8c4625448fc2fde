import { isGone, KubeApiError } from '../client/api-error.ts';
import type { KubeStatus } from '../client/api-error.ts';
import { WatchProtocolError } from './watch-stream.ts';

/** The watch cannot continue from its resourceVersion. */
class RelistNeeded extends Error {
  override readonly name = 'RelistNeeded';
}

/** The error for an `ERROR` event of a watch. */
export function inBandError(status: KubeStatus, plural: string): Error {
  const { code = 500, reason, message = 'without a message' } = status;
  if (code === 410 || reason === 'Expired' || reason === 'Gone') return new RelistNeeded(message);
  return new KubeApiError({ method: 'GET', path: `watch of ${plural}`, code, body: JSON.stringify(status) });
}

/** True if a new watch must start from a new list; false if it can continue where this one stopped. */
export function needsRelist(error: unknown): boolean {
  return error instanceof RelistNeeded || error instanceof WatchProtocolError || isGone(error);
}
