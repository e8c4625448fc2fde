import type { Piece } from './line-splitter.ts';
import { compareLogTimes, secondText } from './log-time.ts';
import type { LogTime } from './log-time.ts';

/** The lines of one second that were seen, in the order of the log. */
interface SeenSecond {
  readonly count: number;
  /** Nanoseconds of the first line, of the latest one, and how many lines have the latest time. */
  readonly first: number;
  readonly latest: number;
  readonly atLatest: number;
}

/** Output and errors of a container are logged by two threads, and a clock can be set back: lines can be out of order. */
const DISORDER_SECONDS = 2;
/** More seconds than any disorder. */
const MOST_SECONDS = 600;

/**
 * What was seen of the log of one instance of a container, so that it can be read again after a cut: nothing is lost and
 * nothing is seen twice.
 *
 * A log can only be read again from a whole second. It has the lines of each second in the same order as before. So it is
 * enough to count the lines of each second, and to drop as many.
 */
export class SeenLines {
  readonly #seconds = new Map<number, SeenSecond>();
  /** The beginning of the log may be missing: only its end was requested. */
  readonly #partial: boolean;
  #first: LogTime | undefined;
  #last: LogTime | undefined;
  /** A long line of which a part was seen. */
  #open: { time: LogTime; bytes: number } | undefined;
  #pieces = 0;

  /** @param partial whether the log was not read from its beginning */
  constructor(partial = false) {
    this.#partial = partial;
  }

  /** The time of the first line. */
  get first(): LogTime | undefined {
    return this.#first;
  }

  /** Where to read the log again. Absent: as at first, since nothing was seen. */
  get since(): string | undefined {
    const times = [this.#last, this.#open?.time].flatMap((time) => (time === undefined ? [] : [time.seconds]));
    return times.length === 0 ? undefined : secondText(Math.min(...times) - DISORDER_SECONDS);
  }

  /** How many pieces were seen. */
  get pieces(): number {
    return this.#pieces;
  }

  /** Begins to read the log, from {@link since}. */
  reading(): Reading {
    return new Reading(
      { seconds: new Map(this.#seconds), start: this.#partial ? this.#first : undefined, open: this.#open },
      this.since !== undefined,
    );
  }

  /** A piece that {@link Reading.fresh} returned was put out. */
  add(piece: Piece): void {
    const { time, bytes, last } = piece;
    if (time === undefined) return;
    this.#first ??= time;
    this.#pieces += 1;
    if (!last) {
      const isSame = this.#open !== undefined && compareLogTimes(this.#open.time, time) === 0;
      this.#open = { time, bytes: bytes.length + (isSame ? (this.#open?.bytes ?? 0) : 0) };
      return;
    }
    this.#open = undefined;
    this.#last = time;
    this.#count(time);
  }

  #count({ seconds, nanos }: LogTime): void {
    const known = this.#seconds.get(seconds);
    const { count, first, latest, atLatest } = known ?? { count: 0, first: nanos, latest: nanos, atLatest: 0 };
    const more = {
      latest: Math.max(latest, nanos),
      atLatest: nanos > latest ? 1 : atLatest + (nanos === latest ? 1 : 0),
    };
    this.#seconds.set(seconds, { count: count + 1, first, ...more });
    if (known !== undefined || this.#seconds.size <= MOST_SECONDS) return;
    const [oldest] = this.#seconds.keys();
    if (oldest !== undefined) this.#seconds.delete(oldest);
  }
}

/** What was seen before a reading. */
interface Before {
  seconds: ReadonlyMap<number, SeenSecond>;
  /** Lines before this time were not requested. */
  start: LogTime | undefined;
  open: { time: LogTime; bytes: number } | undefined;
}

/** The lines of one second that a reading has dropped. */
interface Dropped {
  count: number;
  /**
   * Normally, lines are counted. But if the log does not begin the second as before, it has been rotated: its older lines
   * are gone, and only the times tell which were seen.
   */
  byTime: boolean;
}

/** One reading of a log: drops what was seen before. */
export class Reading {
  readonly #before: Before;
  readonly #isRepeated: boolean;
  readonly #dropped = new Map<number, Dropped>();
  #open: Before['open'];
  #begun = false;
  /** What is done with the line that has begun: bytes of it that are dropped. */
  #skip = 0;

  constructor(before: Before, isRepeated: boolean) {
    this.#before = before;
    this.#isRepeated = isRepeated;
    this.#open = before.open;
  }

  /** The piece, or what of it is new. `undefined`: nothing. */
  fresh(piece: Piece): Piece | undefined {
    if (piece.first) this.#skip = this.#skipOf(piece.time);
    this.#begun = true;
    const { bytes } = piece;
    const dropped = Math.min(this.#skip, bytes.length);
    if (this.#skip === Infinity) return undefined;
    this.#skip -= dropped;
    if (dropped === 0) return piece;
    if (dropped === bytes.length && !piece.last) return undefined;
    return { ...piece, bytes: bytes.subarray(dropped), first: false };
  }

  #skipOf(time: LogTime | undefined): number {
    // The log begins within a line of which only the beginning has a timestamp.
    if (time === undefined) return this.#isRepeated && !this.#begun ? Infinity : 0;
    const { start } = this.#before;
    if (start !== undefined && compareLogTimes(time, start) < 0) return Infinity;
    if (this.#isSeen(time)) return Infinity;
    if (this.#open === undefined || compareLogTimes(this.#open.time, time) !== 0) return 0;
    const { bytes } = this.#open;
    this.#open = undefined;
    return bytes;
  }

  #isSeen({ seconds, nanos }: LogTime): boolean {
    const seen = this.#before.seconds.get(seconds);
    if (seen === undefined) return false;
    const dropped = this.#dropped.get(seconds) ?? { count: 0, byTime: nanos !== seen.first };
    this.#dropped.set(seconds, dropped);
    if (dropped.byTime && nanos < seen.latest) return true;
    if (dropped.byTime && nanos > seen.latest) return false;
    if (dropped.count >= (dropped.byTime ? seen.atLatest : seen.count)) return false;
    dropped.count += 1;
    return true;
  }
}
