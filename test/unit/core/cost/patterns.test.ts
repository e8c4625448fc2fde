import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Parameter } from '../../../../api/parameter.ts';
import { LONGEST_PATTERN, MOST_PARAMETERS } from '../../../../api/limits.ts';
import { tooCostlyParameter } from '../../../../core/parameters/matching-cost.ts';
import { SchemaCompiler } from '../../../../core/parameters/schema-compiler.ts';
import { parameterValueErrors } from '../../../../core/parameters/value-errors.ts';
import { workOf } from './work.ts';

/** No work for the patterns of a template takes longer on an idle machine. */
const MOST_MS = 50;
/** A measurement that is too high is repeated: only the machine can make it higher than it is. */
const ATTEMPTS = 8;

const LENGTHS = [1, 4096];
const LETTERS = ['a', 'É', 'ж', '一', '1', ' ', '😀'];

/** Where the patterns begin: with and without regard to the case of letters. */
const FLAGS = ['', '(?i)'];

const ATOMS = [
  'a',
  'é',
  '.',
  '\\d',
  '\\D',
  '\\w',
  '\\W',
  '\\s',
  '\\pL',
  '\\PL',
  '\\p{Lu}',
  '\\p{Greek}',
  '\\PC',
  '[a-z]',
  '[^a-z]',
  '[^a]',
  '[[:word:]]',
  '[[:^word:]]',
  '[[:^alpha:]]',
  '[\\W]',
  '[\\pL\\pN]',
  '[^\\pL]',
  '[\\PL\\W]',
  '[\\x{100}-\\x{24f}]',
  '[B-\\x{1e942}]',
  '[acegikmoqsuwy]',
  '(a)',
  '(?:)',
  '\\b',
];
const MEMBERS = ['\\pL', '\\PL', '\\W', '\\w', '[:^word:]', '[:alpha:]', 'a-z', '\\x{100}-\\x{24f}', 'ac'];

/** As many copies as a pattern can have, of which each is different from those of another parameter. */
function filled(atom: string, { flags, separator = '', before = '', after = '' }: Filling): (index: number) => string {
  const ofIndex = 4;
  const room = LONGEST_PATTERN - flags.length - before.length - after.length - ofIndex;
  const count = Math.floor(room / (atom.length + separator.length));
  const text = `${before}${Array.from({ length: count }, () => atom).join(separator)}${after}`;
  return (index) => `${flags}${text}${separator}${index}`;
}

interface Filling {
  flags: string;
  separator?: string;
  before?: string;
  after?: string;
}

const PATTERNS: [string, (index: number) => string][] = FLAGS.flatMap((flags) => [
  ...ATOMS.flatMap((atom): [string, (index: number) => string][] => [
    [`${flags}${atom}, again and again`, filled(atom, { flags })],
    [`${flags}${atom}, as alternatives`, filled(atom, { flags, separator: '|' })],
  ]),
  ...MEMBERS.map((member): [string, (index: number) => string] => [
    `${flags}[${member}], with many members`,
    filled(member, { flags, before: '[', after: ']' }),
  ]),
  [`${flags}[^\\W]?, each optional`, filled('[^\\W]?', { flags })],
  [`${flags}\\pL and others, repeated by a count`, filled('\\pLx?\\W', { flags, before: '(?:', after: '){10}' })],
  [`${flags}\\pL?, each optional`, filled('\\pL?', { flags })],
  [`${flags}counts in counts`, (index) => `${flags}(?:(?:\\pL{0,9}\\W?){9}b?){9}${index}`],
]);

/** As many parameters with such patterns as a template is accepted with, each with a value of the longest that it takes. */
function accepted(pattern: (index: number) => string, maxLength: number): Parameter[] {
  const all = Array.from({ length: MOST_PARAMETERS }, (_, index) => ({
    name: `p${index}`,
    schema: { type: 'string' as const, pattern: pattern(index), maxLength },
  }));
  return all.slice(0, tooCostlyParameter(all));
}

/** Compiles all patterns, and matches a value of each. */
function judge(parameters: readonly Parameter[], value: string): number {
  const schemas = new SchemaCompiler();
  return parameters.reduce(
    (count, { schema }) => count + parameterValueErrors(value, schema, { path: 'p', schemas }).length,
    0,
  );
}

/** The least work that was measured, if it is ever low enough; else all of it. */
function leastWork(parameters: readonly Parameter[], value: string): number {
  let least = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS && least > MOST_MS; attempt++) {
    least = Math.min(
      least,
      workOf(() => judge(parameters, value)),
    );
  }
  return least;
}

function valueOf(maxLength: number): string {
  return Array.from({ length: maxLength }, (_, index) => LETTERS[index % LETTERS.length]).join('');
}

describe('a template whose patterns are accepted costs less than 50 ms to judge a run', () => {
  it.each(PATTERNS)(
    '%s',
    (_, pattern) => {
      for (const maxLength of LENGTHS) {
        const parameters = accepted(pattern, maxLength);
        expect(leastWork(parameters, valueOf(maxLength)), `values of ${maxLength} characters`).toBeLessThan(MOST_MS);
      }
    },
    60_000,
  );

  it('whatever they are made of', () => {
    const atom = fc.constantFrom(...ATOMS);
    const part = fc
      .tuple(atom, fc.constantFrom('', '*', '+?', '{3}', '{0,20}', '|'))
      .map(([one, count]) => one + count);
    const pattern = fc
      .tuple(fc.constantFrom(...FLAGS), fc.array(part, { minLength: 1, maxLength: 100 }))
      .map(([flags, parts]) => `${flags}(?:${parts.join('')})`)
      .filter((text) => text.length + 2 <= LONGEST_PATTERN);
    fc.assert(
      fc.property(pattern, fc.constantFrom(...LENGTHS), (text, maxLength) => {
        const parameters = accepted((index) => text + String(index), maxLength);
        expect(leastWork(parameters, valueOf(maxLength))).toBeLessThan(MOST_MS);
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});
