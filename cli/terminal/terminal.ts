import type { Readable, Writable } from 'node:stream';
import { styleText } from 'node:util';
import { printable } from './printable.ts';
import { parts } from './text.ts';
import type { Styled, Text } from './text.ts';

/** A stream that may be a terminal. */
type Out = Writable & { isTTY?: boolean; columns?: number };

/** The streams of the process. */
export interface Streams {
  stdin: Readable & { isTTY?: boolean };
  stdout: Out;
  stderr: Out;
}

/**
 * Where a command writes: stdout has only what the user asked for, and all else goes to stderr. What is printed cannot
 * contain escape sequences of others. Colours depend on the stream and on NO_COLOR.
 */
export class Terminal {
  readonly streams: Streams;

  constructor(streams: Streams) {
    this.streams = streams;
  }

  /** Writes a line that the user asked for. */
  print(text: Text): void {
    this.#write(this.streams.stdout, text);
  }

  /** Writes a line about what happens. */
  note(text: Text): void {
    this.#write(this.streams.stderr, text);
  }

  /** True if a user can answer questions. */
  get isInteractive(): boolean {
    return this.streams.stdin.isTTY === true && this.streams.stderr.isTTY === true;
  }

  #write(stream: Out, text: Text): void {
    const line = parts(text).map((part) => rendered(part, stream));
    stream.write(`${line.join('')}\n`);
  }
}

function rendered(part: string | Styled, stream: Out): string {
  if (typeof part === 'string') return printable(part);
  return styleText(part.style, printable(part.text), { stream });
}
