import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../api/wire.ts';
import type { WatchEvent } from '../../../../kube/watch/watch-stream.ts';
import { watchEvents, WatchProtocolError } from '../../../../kube/watch/watch-stream.ts';

async function* chunks(parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield await Promise.resolve(part);
}

async function collect(parts: Uint8Array[]): Promise<WatchEvent<KubeObject>[]> {
  const events: WatchEvent<KubeObject>[] = [];
  for await (const event of watchEvents<KubeObject>(chunks(parts))) events.push(event);
  return events;
}

const read = (...parts: string[]): Promise<WatchEvent<KubeObject>[]> => collect(parts.map((part) => Buffer.from(part)));

const added = (name: string): string => `${JSON.stringify({ type: 'ADDED', object: { metadata: { name } } })}\n`;

describe('watchEvents', () => {
  it('reads events wherever the bytes are split, also within characters', async () => {
    const text = Buffer.from(added('hällo') + added('wörld 🎉'));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(text.length), { maxLength: 8 }), async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), text.length];
        const parts = at.slice(1).map((end, index) => text.subarray(at[index], end));
        const events = await collect(parts);
        expect(events.map(({ object }) => (object as { metadata: { name: string } }).metadata.name)).toEqual([
          'hällo',
          'wörld 🎉',
        ]);
      }),
    );
  });

  it('drops an incomplete last line', async () => {
    expect(await read(added('a'), added('b').slice(0, 20))).toHaveLength(1);
  });

  it.each(['{"type":"ADDED"}\n', '{"type":"WHAT","object":{}}\n', '[]\n', '{"type":"ADD\n', 'null\n'])(
    'rejects a line that is not an event: %s',
    async (line) => {
      await expect(read(added('a'), line)).rejects.toThrow(WatchProtocolError);
    },
  );
});
