import type { Readable, Writable } from 'node:stream';
import { rendered } from './rendered.ts';
import { StatusLine } from './status-line.ts';
import { parts } from './text.ts';
import type { Text } from './text.ts';

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
  #status: StatusLine | undefined;

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

  /**
   * Shows a status in the last line until it is stopped. There is one at a time.
   *
   * @returns what stops it; `undefined` if stderr is no terminal
   */
  showStatus(text: () => Text): (() => void) | undefined {
    if (this.streams.stderr.isTTY !== true) return undefined;
    this.#status?.stop();
    const status = new StatusLine(this.streams.stderr, text);
    this.#status = status;
    return () => {
      status.stop();
      if (this.#status === status) this.#status = undefined;
    };
  }

  /** Output is written to stdout, past this class. */
  beforeOutput(): void {
    if (this.streams.stdout.isTTY === true) this.#status?.hide();
  }

  /** @param endsLine whether the output ends with a line break */
  afterOutput(endsLine: boolean): void {
    if (this.streams.stdout.isTTY === true) this.#status?.restore(endsLine);
  }

  #write(stream: Out, text: Text): void {
    const line = parts(text).map((part) => rendered(part, stream));
    if (stream.isTTY === true) this.#status?.hide();
    stream.write(`${line.join('')}\n`);
    if (stream.isTTY === true) this.#status?.restore(true);
  }
}
