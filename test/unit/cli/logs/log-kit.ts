import { Writable } from 'node:stream';
import type { Piece } from '../../../../cli/logs/line-splitter.ts';
import { LineSplitter } from '../../../../cli/logs/line-splitter.ts';
import type { LogSource } from '../../../../cli/logs/log-source.ts';

export const SOURCE: LogSource = { pod: 'report-1a2b-x7k2p', container: 'main', index: undefined, attempt: 1 };

/** The pieces of a log, as one chunk. */
export function piecesOf(text: string | Buffer, longest?: number): Piece[] {
  const splitter = new LineSplitter(longest);
  return [...splitter.push(Buffer.from(text)), ...splitter.end()];
}

/** A stream that retains what is written. It takes the next chunk only when asked, if `isSlow`. */
export class Sink extends Writable {
  readonly chunks: Buffer[] = [];
  release: () => void = () => undefined;

  readonly #isSlow: boolean;

  constructor(isSlow = false) {
    super({ highWaterMark: isSlow ? 1 : 1 << 20 });
    this.#isSlow = isSlow;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk);
    if (this.#isSlow) this.release = done;
    else done();
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }
}
