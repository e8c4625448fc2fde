import { diff } from 'node:util';
import { styled } from './text.ts';
import type { Text } from './text.ts';

/** What is the same at both ends costs nothing. Of more lines than these in between, all count as changed. */
const MOST_COMPARED = 3_000;
const CONTEXT = 3;

type Line = readonly [mark: ' ' | '-' | '+', text: string];

/** What differs between two texts, as `diff -u` prints it. Empty if nothing does. */
export function unifiedDiff(before: NamedText, after: NamedText): Text[] {
  const lines = comparedLines(before.text.split('\n'), after.text.split('\n'));
  const hunks = hunksOf(lines);
  if (hunks.length === 0) return [];
  return [styled('bold', `--- ${before.name}`), styled('bold', `+++ ${after.name}`), ...hunks.flat()];
}

/** A text, and what it is called in the first lines of the difference. */
export interface NamedText {
  name: string;
  text: string;
}

function comparedLines(before: readonly string[], after: readonly string[]): Line[] {
  const start = commonLength(before, after);
  const end = commonLength(before.slice(start).toReversed(), after.slice(start).toReversed());
  const same = (lines: readonly string[]): Line[] => lines.map((text) => [' ', text]);
  return [
    ...same(before.slice(0, start)),
    ...changedLines(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...same(before.slice(before.length - end)),
  ];
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((line, index) => line !== b[index]);
  return at === -1 ? a.length : at;
}

function changedLines(before: readonly string[], after: readonly string[]): Line[] {
  if (before.length + after.length > MOST_COMPARED) {
    return [...before.map((text): Line => ['-', text]), ...after.map((text): Line => ['+', text])];
  }
  // The function has no result for two empty lists.
  if (before.length + after.length === 0) return [];
  const marks = { '-1': '+', '0': ' ', '1': '-' } as const;
  return diff(before, after).map(([operation, text]): Line => [marks[`${operation}`], text]);
}

/** The changes with three lines around them. */
function hunksOf(lines: readonly Line[]): Text[][] {
  const changed = lines.flatMap(([mark], index) => (mark === ' ' ? [] : [index]));
  const hunks: { from: number; to: number }[] = [];
  for (const index of changed) {
    const last = hunks.at(-1);
    if (last !== undefined && index - last.to <= 2 * CONTEXT) last.to = index + 1;
    else hunks.push({ from: index, to: index + 1 });
  }
  return hunks.map(({ from, to }) => hunkOf(lines, Math.max(0, from - CONTEXT), Math.min(lines.length, to + CONTEXT)));
}

function hunkOf(lines: readonly Line[], from: number, to: number): Text[] {
  const shown = lines.slice(from, to);
  const range = (other: '-' | '+'): string => {
    const count = (some: readonly Line[]): number => some.filter(([mark]) => mark !== other).length;
    return `${count(lines.slice(0, from)) + 1},${count(shown)}`;
  };
  return [styled('cyan', `@@ -${range('+')} +${range('-')} @@`), ...shown.map(styledLine)];
}

function styledLine([mark, text]: Line): Text {
  const line = `${mark}${text}`;
  if (mark === ' ') return line;
  return styled(mark === '-' ? 'red' : 'green', line);
}
