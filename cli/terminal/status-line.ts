import type { Writable } from 'node:stream';
import { printableLine } from './printable.ts';
import { rendered } from './rendered.ts';
import { parts, plain } from './text.ts';
import type { Styled, Text } from './text.ts';

/** Carriage return, and "erase to the end of the line". */
const ERASE = '\r\u001b[K';
/** The time in the line goes on. */
const INTERVAL_MS = 1000;
/** The line is drawn again when output has paused for so long. */
const PAUSE_MS = 100;
const NARROW = 80;

/** The last line of a terminal, which is replaced again and again. What is written meanwhile appears above it. */
export class StatusLine {
  readonly #stream: Writable & { columns?: number };
  readonly #text: () => Text;
  readonly #interval: NodeJS.Timeout;
  #pause: NodeJS.Timeout | undefined;
  #isShown = false;
  /** The cursor is within a line of output. */
  #isBlocked = false;

  /** Draws the line. @param text what it shows now */
  constructor(stream: Writable & { columns?: number }, text: () => Text) {
    this.#stream = stream;
    this.#text = text;
    this.#interval = setInterval(() => {
      if (this.#pause === undefined) this.#draw();
    }, INTERVAL_MS).unref();
    this.#draw();
  }

  /** Something is written. */
  hide(): void {
    if (this.#isShown) this.#stream.write(ERASE);
    this.#isShown = false;
  }

  /** Something was written. @param endsLine whether the cursor is at the beginning of a line */
  restore(endsLine: boolean): void {
    this.#isBlocked = !endsLine;
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined;
      this.#draw();
    }, PAUSE_MS).unref();
  }

  /** The line is no longer needed. */
  stop(): void {
    clearInterval(this.#interval);
    clearTimeout(this.#pause);
    this.hide();
  }

  #draw(): void {
    if (this.#isBlocked) return;
    const line = fitted(this.#text(), (this.#stream.columns ?? NARROW) - 1);
    this.#stream.write(`${ERASE}${line.map((part) => rendered(part, this.#stream)).join('')}`);
    this.#isShown = true;
  }
}

/** A line that is too long would move the screen. A character outside of ASCII can be two columns wide. */
function fitted(text: Text, columns: number): (string | Styled)[] {
  let left = columns;
  return parts(text).map((part) => {
    let shown = '';
    for (const character of printableLine(plain(part))) {
      left -= character < '\u007f' ? 1 : 2;
      if (left < 0) break;
      shown += character;
    }
    return typeof part === 'string' ? shown : { ...part, text: shown };
  });
}
