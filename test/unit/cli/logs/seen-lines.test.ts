import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../../../cli/logs/line-splitter.ts';
import type { Piece } from '../../../../cli/logs/line-splitter.ts';
import { parseLogTime } from '../../../../cli/logs/log-time.ts';
import { SeenLines } from '../../../../cli/logs/seen-lines.ts';

/** A line as a node stores it. */
interface Line {
  ms: number;
  nanos: number;
  content: Buffer;
}

const START = Date.parse('2026-11-29T12:00:00Z');

function stampOf({ ms, nanos }: Line, hours: number): string {
  const local = new Date(START + ms + hours * 3_600_000).toISOString().slice(0, -1);
  const zone = hours === 0 ? 'Z' : `+${String(hours).padStart(2, '0')}:00`;
  return `${local}${String(nanos).padStart(6, '0')}${zone}`;
}

/** What the kubelet sends: it drops the fraction of `sinceTime`, and compares each line. */
function served(lines: readonly Line[], hours: number, since: string | undefined): Buffer {
  const from = since === undefined ? -Infinity : Date.parse(since) - START;
  const sent = lines.filter(({ ms }) => ms >= from);
  return Buffer.concat(
    sent.flatMap((line) => [Buffer.from(`${stampOf(line, hours)} `), line.content, Buffer.from('\n')]),
  );
}

function bytesOf(pieces: readonly Piece[]): Buffer {
  return Buffer.concat(pieces.flatMap(({ bytes, newline }) => [bytes, Buffer.from(newline ? '\n' : '')]));
}

/** Reads what is sent, in chunks, up to a cut. */
function readUntil(sent: Buffer, { cut, sizes }: Cut, seen: SeenLines): Piece[] {
  const splitter = new LineSplitter(1);
  const reading = seen.reading();
  const pieces: Piece[] = [];
  let [at, turn] = [0, 0];
  while (at < Math.min(cut, sent.length)) {
    const size = sizes[turn++ % sizes.length]!;
    const chunk = sent.subarray(at, Math.min(at + size, cut));
    at += size;
    for (const piece of splitter.push(chunk)) {
      const fresh = reading.fresh(piece);
      if (fresh === undefined) continue;
      pieces.push(fresh);
      seen.add(fresh);
    }
  }
  return pieces;
}

interface Cut {
  cut: number;
  sizes: number[];
}

const content = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 6 }) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 40, maxLength: 200 }) },
);

/** Few distinct times, some before the one of the line above, and equal lines. */
const log: fc.Arbitrary<Line[]> = fc
  .array(fc.record({ step: fc.constantFrom(0, 0, 1, 700, 1_300), late: fc.constantFrom(0, 0, 1, 900), content }), {
    maxLength: 30,
  })
  .map((steps) => {
    let now = 5_000;
    return steps.map(({ step, late, content: bytes }) => {
      now += step;
      const ms = now - late;
      return { ms, nanos: 0, content: Buffer.from(bytes.map((byte) => (byte === 10 ? 11 : byte))) };
    });
  });

const cut: fc.Arbitrary<Cut> = fc.record({
  cut: fc.nat(1_500),
  sizes: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
});

describe('a log that is cut again and again', () => {
  it('has each line exactly once, byte for byte', () => {
    fc.assert(
      fc.property(
        log,
        fc.array(cut, { maxLength: 8 }),
        fc.constantFrom(0, 9),
        fc.array(fc.nat(30)),
        (lines, cuts, hours, grown) => {
          const seen = new SeenLines();
          const pieces: Piece[] = [];
          // The log grows while it is read.
          const lengths = grown.slice(0, cuts.length).toSorted((a, b) => a - b);
          for (const [turn, each] of cuts.entries()) {
            const written = lines.slice(0, lengths[turn] ?? lines.length);
            pieces.push(...readUntil(served(written, hours, seen.since), each, seen));
          }
          pieces.push(...readUntil(served(lines, hours, seen.since), { cut: Infinity, sizes: [64] }, seen));
          expect(bytesOf(pieces).equals(bytesOf(whole(lines)))).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  }, 60_000);

  it('brings nothing when it is read once more', () => {
    fc.assert(
      fc.property(log, fc.array(cut, { maxLength: 3 }), (lines, cuts) => {
        const seen = new SeenLines();
        for (const each of cuts) readUntil(served(lines, 0, seen.since), each, seen);
        readUntil(served(lines, 0, seen.since), { cut: Infinity, sizes: [64] }, seen);
        expect(readUntil(served(lines, 0, seen.since), { cut: Infinity, sizes: [7] }, seen)).toEqual([]);
      }),
    );
  });

  it('of which only the end was requested has each line of it exactly once', () => {
    const distinct = log.map((lines) => lines.map((line, at) => ({ ...line, ms: at * 130, nanos: at })));
    fc.assert(
      fc.property(distinct, fc.nat(30), fc.array(cut, { maxLength: 5 }), (lines, from, cuts) => {
        const seen = new SeenLines(true);
        const end = lines.slice(from);
        const again = () => served(seen.since === undefined ? end : lines, 0, seen.since);
        const pieces = cuts.flatMap((each) => readUntil(again(), each, seen));
        pieces.push(...readUntil(again(), { cut: Infinity, sizes: [64] }, seen));
        expect(bytesOf(pieces).equals(bytesOf(whole(end)))).toBe(true);
      }),
    );
  });

  it('and rotated meanwhile has the lines that are left exactly once', () => {
    const ordered = log.map((lines) => lines.map((line, at) => ({ ...line, ms: at * 90, nanos: at })));
    fc.assert(
      fc.property(ordered, fc.nat(30), fc.nat(30), (lines, read, rotated) => {
        const seen = new SeenLines();
        const before = readUntil(served(lines.slice(0, read), 0, undefined), { cut: Infinity, sizes: [64] }, seen);
        const left = lines.slice(Math.min(rotated, read));
        const after = readUntil(served(left, 0, seen.since), { cut: Infinity, sizes: [64] }, seen);
        expect(bytesOf([...before, ...after]).equals(bytesOf(whole(lines)))).toBe(true);
      }),
    );
  });
});

function whole(lines: readonly Line[]): Piece[] {
  return lines.map(({ content: bytes }) => ({ bytes, newline: true }) as Piece);
}

describe('a log that is read again', () => {
  it('is read from two seconds before the last line', () => {
    const seen = new SeenLines();
    expect(seen.since).toBeUndefined();
    const [piece] = new LineSplitter().push(Buffer.from('2026-11-29T14:00:05.123456789+02:00 text\n'));
    seen.add(seen.reading().fresh(piece!)!);
    expect(seen.since).toBe('2026-11-29T12:00:03Z');
  });

  it('does not repeat the end of a line that began before', () => {
    const seen = new SeenLines();
    readUntil(Buffer.from('2026-11-29T12:00:05Z a\n'), { cut: Infinity, sizes: [9] }, seen);
    const again = Buffer.from('end of a long line\n2026-11-29T12:00:05Z a\n2026-11-29T12:00:06Z b\n');
    expect(bytesOf(readUntil(again, { cut: Infinity, sizes: [9] }, seen)).toString()).toBe('b\n');
  });

  it('remembers a bounded number of seconds', () => {
    const seen = new SeenLines();
    const time = parseLogTime('2026-11-29T12:00:00Z')!;
    for (let second = 0; second < 100_000; second += 1) {
      const at = { seconds: time.seconds + second, nanos: 0 };
      seen.add({ time: at, stamp: '', bytes: Buffer.alloc(1), first: true, last: true, newline: true });
    }
    expect(seen.since).toBe('2026-11-30T15:46:37Z');
  });
});
