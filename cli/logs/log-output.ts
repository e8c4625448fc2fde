import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { LogSource } from './log-source.ts';
import type { PieceFormat, SourcedPiece } from './piece-format.ts';

/** What is shown beside the output, and must make room for it. */
export interface Surroundings {
  beforeOutput: () => void;
  afterOutput: (endsLine: boolean) => void;
}

/**
 * The one place where output of containers is written. Lines of different containers never mix: if a container writes
 * while a line of another is unfinished, that line is broken.
 */
export class LogOutput {
  readonly #stream: Writable;
  readonly #format: PieceFormat;
  readonly #surroundings: Surroundings | undefined;
  /** Whose line is unfinished. */
  #open: LogSource | undefined;

  constructor(stream: Writable, format: PieceFormat, surroundings?: Surroundings) {
    this.#stream = stream;
    this.#format = format;
    this.#surroundings = surroundings;
  }

  /** Resolves when the reader of the output keeps up: until then, nothing more should be read. */
  async write(pieces: readonly SourcedPiece[]): Promise<void> {
    if (pieces.length === 0) return;
    const parts = pieces.flatMap((piece) => this.#rendered(piece));
    this.#surroundings?.beforeOutput();
    const keepsUp = this.#stream.write(Buffer.concat(parts));
    this.#surroundings?.afterOutput(this.#open === undefined);
    if (!keepsUp && !this.#stream.destroyed) await once(this.#stream, 'drain');
  }

  #rendered(given: SourcedPiece): Buffer[] {
    const { source, piece } = given;
    const parts: (Buffer | string)[] = [];
    if (this.#open !== undefined && this.#open !== source) parts.push('\n');
    if (this.#open !== source) parts.push(this.#format.before(given));
    parts.push(this.#format.content(given));
    const isComplete = piece.newline || this.#format.isLine;
    if (isComplete) parts.push('\n');
    this.#open = isComplete ? undefined : source;
    return parts.filter((part) => part !== '').map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
  }
}
