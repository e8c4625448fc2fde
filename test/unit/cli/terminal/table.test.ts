import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Table } from '../../../../cli/terminal/table.ts';
import { Terminal } from '../../../../cli/terminal/terminal.ts';
import { plain, styled } from '../../../../cli/terminal/text.ts';

const terminalWith = (stderr = new PassThrough()) => {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  return { terminal: new Terminal({ stdin, stdout, stderr }), stdout, stderr };
};

describe('a table', () => {
  it('has columns as wide as their longest cells', () => {
    const rows = [
      ['a', styled('red', 'Failed'), ''],
      ['longer', styled('green', 'Succeeded'), 'why'],
    ];
    const table = new Table(['NAME', 'STATUS', 'REASON'], rows);
    expect([table.header(), ...rows.map((row) => table.row(row))].map(plain)).toEqual([
      'NAME     STATUS      REASON',
      'a        Failed      ',
      'longer   Succeeded   why',
    ]);
  });

  it('keeps a cell on its line', () => {
    const table = new Table(['A', 'B'], [['x\ny', 'z']]);
    expect(plain(table.row(['x\ny', 'z']))).toBe('x\\ny   z');
  });
});

describe('a terminal', () => {
  it('prints what was asked for apart from everything else', () => {
    const { terminal, stdout, stderr } = terminalWith();
    terminal.print('asked');
    terminal.note('else');
    expect([String(stdout.read()), String(stderr.read())]).toEqual(['asked\n', 'else\n']);
  });

  it('sets colours on a terminal, and escapes those of others', () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true, getColorDepth: () => 24, hasColors: () => true });
    const { terminal, stdout } = terminalWith(stream);
    const text = [styled('red', 'failed'), ' \x1b[32mfine'];
    terminal.note(text);
    terminal.print(text);
    const colour = process.env['NO_COLOR'] === undefined ? '\x1b[31mfailed\x1b[39m' : 'failed';
    expect(String(stream.read())).toBe(`${colour} \\x1b[32mfine\n`);
    expect(String(stdout.read())).toBe('failed \\x1b[32mfine\n');
  });
});
