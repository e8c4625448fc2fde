import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import { printable } from './printable.ts';
import type { Styled } from './text.ts';

/** Text for a stream: it obeys no text of others, and has colours only on a terminal, and without NO_COLOR. */
export function rendered(part: string | Styled, stream: Writable): string {
  if (typeof part === 'string') return printable(part);
  return styleText(part.style, printable(part.text), { stream });
}
