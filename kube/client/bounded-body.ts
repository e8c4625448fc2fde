import { ResponseTooLargeError } from './api-error.ts';

/**
 * Reads a JSON body of at most `most` bytes.
 *
 * @throws ResponseTooLargeError as soon as more arrive; the rest is not read.
 */
export async function jsonWithin(
  body: AsyncIterable<Uint8Array>,
  most: number,
  onBytes?: (bytes: number) => void,
): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > most) throw new ResponseTooLargeError(`the answer has more than ${most} bytes`);
    chunks.push(chunk);
  }
  onBytes?.(bytes);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
}
