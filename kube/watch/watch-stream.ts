import type { KubeObject } from '../../api/wire.ts';
import type { KubeStatus } from '../client/api-error.ts';

/** One line of a watch. The object of a `BOOKMARK` has only a resourceVersion. */
export type WatchEvent<T extends KubeObject> =
  { type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; object: T } | { type: 'ERROR'; object: KubeStatus };

const TYPES = new Set<unknown>(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']);

/** The server sent a line that is not a watch event: the rest of the stream cannot be trusted. */
export class WatchProtocolError extends Error {
  override readonly name = 'WatchProtocolError';
}

/**
 * Splits a watch's response body into events. A last line that was cut off is dropped without an error: the connection
 * broke, and the next watch delivers the event again.
 *
 * @throws WatchProtocolError on a complete line that is not a watch event.
 */
export async function* watchEvents<T extends KubeObject>(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<WatchEvent<T>> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const text = decoder.decode(chunk, { stream: true });
    if (!text.includes('\n')) {
      rest += text;
      continue;
    }
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield parseEvent<T>(line);
  }
}

function parseEvent<T extends KubeObject>(line: string): WatchEvent<T> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (cause) {
    throw new WatchProtocolError(`not JSON in a watch: ${line.slice(0, 200)}`, { cause });
  }
  if (!isEvent<T>(parsed)) throw new WatchProtocolError(`not a watch event: ${line.slice(0, 200)}`);
  return parsed;
}

function isEvent<T extends KubeObject>(value: unknown): value is WatchEvent<T> {
  if (typeof value !== 'object' || value === null || !('type' in value) || !('object' in value)) return false;
  return TYPES.has(value.type) && typeof value.object === 'object' && value.object !== null;
}
