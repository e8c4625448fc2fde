import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ResponseTooLargeError } from '../../../../kube/client/api-error.ts';
import { jsonWithin } from '../../../../kube/client/bounded-body.ts';

const chunks = (...texts: string[]): Readable => Readable.from(texts.map((text) => Buffer.from(text)));

describe('a body with a bound', () => {
  it('is parsed, and its size reported', async () => {
    const sizes: number[] = [];
    expect(await jsonWithin(chunks('{"a":', '"€"}'), 11, (bytes) => sizes.push(bytes))).toEqual({ a: '€' });
    expect(sizes).toEqual([11]);
  });

  it('is parsed if a character is split', async () => {
    const [one, two] = [Buffer.from('"€"').subarray(0, 2), Buffer.from('"€"').subarray(2)];
    expect(await jsonWithin(Readable.from([one, two]), 100)).toBe('€');
  });

  it('is not read beyond the bound', async () => {
    const body = chunks('"aaaa', 'bbbb', 'cccc"');
    await expect(jsonWithin(body, 8)).rejects.toThrow(ResponseTooLargeError);
    expect(body.destroyed).toBe(true);
  });
});
