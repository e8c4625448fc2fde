import { expect, it } from 'vitest';
import { inBytes } from '../../../../core/errors/in-bytes.ts';

it.each([
  [0, '0 bytes'],
  [1023, '1023 bytes'],
  [1024, '1 KiB'],
  [256 * 1024, '256 KiB'],
  [256 * 1024 + 1, '257 KiB'],
  [1024 * 1024, '1 MiB'],
  [1024 * 1024 + 1, '1.1 MiB'],
  [400 * 1024 * 1024, '400 MiB'],
])('%i bytes are %s', (bytes, text) => {
  expect(inBytes(bytes)).toBe(text);
});
