import { parseLogTime } from './log-time.ts';
import type { LogTime } from './log-time.ts';

/** A line of output, or a part of a long one. */
export interface Piece {
  /** When the line was written. Absent if it has no timestamp: then it comes from the kubelet, or its beginning is missing. */
  time: LogTime | undefined;
  /** The timestamp as it was sent. */
  stamp: string;
  /** Without the timestamp, and without the newline. */
  bytes: Buffer;
  /** The line begins with this piece. */
  first: boolean;
  /** The line ends with this piece. */
  last: boolean;
  /** False if the output ends without a newline. */
  newline: boolean;
}

/** A line with more bytes is split, so that memory is bounded. */
const LONGEST_PIECE = 64 * 1024;
/** No timestamp is longer. */
const LONGEST_STAMP = 40;
const NEWLINE = 0x0a;
const BLANK = 0x20;
const NOTHING = Buffer.alloc(0);

/** Splits a log with timestamps into lines, wherever its chunks are cut. Holds at most one piece. */
export class LineSplitter {
  readonly #longest: number;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** The line that has begun: its timestamp. */
  #open: Pick<Piece, 'time' | 'stamp'> | undefined;

  /** @param longestPiece in bytes; at least as long as a timestamp */
  constructor(longestPiece = LONGEST_PIECE) {
    this.#longest = Math.max(longestPiece, LONGEST_STAMP);
  }

  /** Returns the pieces that are complete with this chunk. */
  push(chunk: Uint8Array): Piece[] {
    const pieces: Piece[] = [];
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      this.#hold(bytes.subarray(start, end));
      pieces.push(this.#take(true, true));
      start = end + 1;
    }
    this.#hold(bytes.subarray(start));
    if (this.#heldBytes > this.#longest) pieces.push(this.#take(false, false));
    return pieces;
  }

  /** What is left when the output has ended without a newline. */
  end(): Piece[] {
    return this.#heldBytes === 0 && this.#open === undefined ? [] : [this.#take(true, false)];
  }

  #hold(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
  }

  #take(last: boolean, newline: boolean): Piece {
    const [only = NOTHING] = this.#held;
    const bytes = this.#held.length > 1 ? Buffer.concat(this.#held, this.#heldBytes) : only;
    this.#held = [];
    this.#heldBytes = 0;
    const first = this.#open === undefined;
    const { time, stamp, rest } = this.#open ? { ...this.#open, rest: bytes } : stamped(bytes);
    this.#open = last ? undefined : { time, stamp };
    return { time, stamp, bytes: rest, first, last, newline };
  }
}

function stamped(bytes: Buffer): { time: LogTime | undefined; stamp: string; rest: Buffer } {
  const blank = bytes.subarray(0, LONGEST_STAMP).indexOf(BLANK);
  const stamp = blank === -1 ? '' : bytes.toString('latin1', 0, blank);
  const time = parseLogTime(stamp);
  return time === undefined ? { time, stamp: '', rest: bytes } : { time, stamp, rest: bytes.subarray(blank + 1) };
}
