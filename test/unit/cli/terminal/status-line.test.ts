import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StatusLine } from '../../../../cli/terminal/status-line.ts';
import type { Text } from '../../../../cli/terminal/text.ts';
import { Sink } from '../logs/log-kit.ts';

/** What a terminal shows after this output: a carriage return begins the line again, and an escape erases it. */
function lastLineOf(output: string): string {
  return output.split('\n').at(-1)?.split('\r\u001b[K').at(-1) ?? '';
}

describe('the status line', () => {
  const screen = Object.assign(new Sink(), { columns: 20 });
  let text: Text = 'running 1s';
  let line: StatusLine;
  const shown = () => lastLineOf(screen.text);
  const write = (output: string) => {
    line.hide();
    screen.write(output);
    line.restore(output.endsWith('\n'));
  };

  beforeEach(() => {
    vi.useFakeTimers();
    text = 'running 1s';
    line = new StatusLine(screen, () => text);
  });
  afterEach(() => {
    line.stop();
    vi.useRealTimers();
  });

  it('is shown at once, and again as time goes on', () => {
    expect(shown()).toBe('running 1s');
    text = 'running 2s';
    vi.advanceTimersByTime(1000);
    expect(shown()).toBe('running 2s');
  });

  it('makes room for what is written, and returns after it', () => {
    write('output\n');
    expect(shown()).toBe('');
    expect(screen.text).toMatch(/output\n$/);
    vi.advanceTimersByTime(100);
    expect(shown()).toBe('running 1s');
  });

  it('does not return within a line of output', () => {
    write('unfinished');
    vi.advanceTimersByTime(5000);
    expect(shown()).toBe('unfinished');
    write(' line\n');
    vi.advanceTimersByTime(100);
    expect(shown()).toBe('running 1s');
  });

  it.each<[string, Text, string]>([
    ['is cut at the width', 'x'.repeat(30), 'x'.repeat(19)],
    ['counts wide characters twice', '漢'.repeat(15), '漢'.repeat(9)],
    ['has no line breaks and controls of others', 'a\nb\u001b[2J', String.raw`a\nb\x1b[2J`],
  ])('%s', (_, given, expected) => {
    text = given;
    vi.advanceTimersByTime(1000);
    expect(shown()).toBe(expected);
  });

  it('is gone after its end', () => {
    line.stop();
    vi.advanceTimersByTime(5000);
    expect(shown()).toBe('');
  });
});
