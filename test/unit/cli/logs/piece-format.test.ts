import { describe, expect, it } from 'vitest';
import { LogOutput } from '../../../../cli/logs/log-output.ts';
import type { LogSource } from '../../../../cli/logs/log-source.ts';
import { prefixOf, prefixParts } from '../../../../cli/logs/log-source.ts';
import { pieceFormat } from '../../../../cli/logs/piece-format.ts';
import type { FormatOptions } from '../../../../cli/logs/piece-format.ts';
import { piecesOf, Sink, SOURCE } from './log-kit.ts';

const STAMP = '2026-11-29T12:00:00Z';
const PLAIN: FormatOptions = { format: 'text', timestamps: false, prefix: () => '', isTerminal: false };

async function written(options: Partial<FormatOptions>, ...lines: (string | Buffer)[]): Promise<string> {
  const sink = new Sink();
  const output = new LogOutput(sink, pieceFormat({ ...PLAIN, ...options }));
  const log = Buffer.concat(lines.flatMap((line) => [Buffer.from(`${STAMP} `), Buffer.from(line), Buffer.from('\n')]));
  await output.write(piecesOf(log).map((piece) => ({ piece, source: SOURCE })));
  return sink.text;
}

describe('output as text', () => {
  it('has timestamps and prefixes if they are wanted', async () => {
    const prefix = (source: LogSource) => prefixOf(source, { pod: true, container: true });
    expect(await written({ timestamps: true, prefix }, 'a', 'b')).toBe(
      `[x7k2p main] ${STAMP} a\n[x7k2p main] ${STAMP} b\n`,
    );
  });

  it('is byte for byte that of the container, except on a terminal', async () => {
    const hostile = '\u001b]0;title\u0007 \u001b[2J\u009b1A \u202e x\rover';
    expect(await written({}, hostile)).toBe(`${hostile}\n`);
    expect(await written({ format: 'raw', isTerminal: true }, hostile)).toBe(`${hostile}\n`);
    expect(await written({ isTerminal: true }, hostile)).toBe(
      '\\x1b]0;title\\x07 \\x1b[2J\\x9b1A \\u202e x\\x0dover\n',
    );
  });

  it('keeps colours on a terminal, and ends them with the line', async () => {
    expect(await written({ isTerminal: true }, '\u001b[31mred', 'plain\ttext\r')).toBe(
      '\u001b[31mred\u001b[0m\nplain\ttext\n',
    );
  });
});

describe('output as JSON', () => {
  it('has one object for each line', async () => {
    const text = await written({ format: 'json', timestamps: false }, 'a "quoted" line', Buffer.from([255, 65]));
    const objects = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    const source = { time: STAMP, pod: SOURCE.pod, container: 'main', attempt: 1 };
    expect(objects).toEqual([
      { ...source, text: 'a "quoted" line' },
      { ...source, text: '\ufffdA', base64: '/0E=' },
    ]);
  });
});

describe('lines of two containers', () => {
  const other = { ...SOURCE, container: 'side' };
  const prefix = (source: LogSource) => prefixOf(source, { pod: false, container: true });

  it('do not mix, even if one of them is not finished', async () => {
    const sink = new Sink();
    const output = new LogOutput(sink, pieceFormat({ ...PLAIN, prefix }));
    const [begin, end] = piecesOf(`${STAMP} ${'x'.repeat(60)}\n${STAMP} end\n`);
    await output.write([{ source: SOURCE, piece: { ...begin!, last: false, newline: false } }]);
    await output.write([{ source: other, piece: end! }]);
    await output.write([{ source: SOURCE, piece: end! }]);
    expect(sink.text).toBe(`[main] ${'x'.repeat(60)}\n[side] end\n[main] end\n`);
  });

  it('are read no faster than they are written', async () => {
    const sink = new Sink(true);
    const output = new LogOutput(sink, pieceFormat(PLAIN));
    let isWritten = false;
    const writing = output.write(piecesOf(`${STAMP} a\n`).map((piece) => ({ source: SOURCE, piece }))).then(() => {
      isWritten = true;
    });
    await new Promise(setImmediate);
    expect(isWritten).toBe(false);
    sink.release();
    await writing;
  });
});

describe('a prefix', () => {
  it.each([
    ['auto', { pod: false, container: false }, ''],
    ['auto', { pod: true, container: false }, '[x7k2p] '],
    ['always', { pod: false, container: false }, '[x7k2p main] '],
    ['never', { pod: true, container: true }, ''],
  ] as const)('%s with several %o is "%s"', (prefix, several, expected) => {
    expect(prefixOf(SOURCE, prefixParts(prefix, several))).toBe(expected);
  });

  it('names the index of an Indexed Job', () => {
    expect(prefixOf({ ...SOURCE, index: 3 }, { pod: true, container: false })).toBe('[3] ');
  });
});
