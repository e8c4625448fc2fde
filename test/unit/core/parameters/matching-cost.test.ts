import { describe, expect, it } from 'vitest';
import { stepsOf, tooCostlyParameter } from '../../../../core/parameters/matching-cost.ts';

const string = (pattern: string, maxLength: number) => ({ schema: { type: 'string', pattern, maxLength } });

/** Patterns that people write, and the longest value that they match. */
const GOOD: [string, string, number][] = [
  ['a UUID', '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$', 36],
  ['a DNS label', '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$', 63],
  ['a DNS name', '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$', 253],
  ['an email address', '^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\\.[a-zA-Z]{2,}$', 254],
  [
    'a semantic version',
    '^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(?:-((?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\\.(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\\+([0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*))?$',
    255,
  ],
  ['a date', '^\\d{4}-\\d{2}-\\d{2}$', 10],
  ['a time stamp', '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})$', 40],
  ['an IPv4 address', '^((25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(25[0-5]|2[0-4]\\d|1?\\d?\\d)$', 15],
  ['a SHA-256', '^sha256:[0-9a-f]{64}$', 71],
  ['an S3 URI', '^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^\\s]*)?$', 1024],
  ['a path', '^/[\\w./-]+$', 4096],
  ['an image', '^[a-z0-9./-]+(:[\\w.-]{1,128})?(@sha256:[0-9a-f]{64})?$', 400],
  ['a cron expression', '^(\\S+\\s+){4}\\S+$', 200],
  ['a name in any language', "^[\\p{L}\\p{M} .'-]+$", 200],
  ['a line of text', '^[^\\n]*$', 4096],
  ['base64', '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$', 4096],
  ['a choice of words', '^(dev|test|staging|production)(-(eu|us|ap)(-(east|west|central)-[1-9])?)?$', 64],
  ['a URL', '^https?://[\\w.-]+(:\\d{1,5})?(/[\\w./?%&=+#~-]*)?$', 2048],
];

describe('the cost of matching', () => {
  it.each(GOOD)('accepts %s', (_, pattern, maxLength) => {
    expect(tooCostlyParameter([string(pattern, maxLength)])).toBeUndefined();
  });

  it('accepts a hundred DNS labels and UUIDs', () => {
    for (const [, pattern, maxLength] of GOOD.slice(0, 2)) {
      expect(tooCostlyParameter(Array.from({ length: 100 }, () => string(pattern, maxLength)))).toBeUndefined();
    }
  });

  it.each([
    ['is long once it is compiled', '.{0,1000}'.repeat(100), 1],
    ['nests counts', '((a{10}b?){10}c?){10}', 4096],
    ['has hundreds of Unicode classes', '\\pL'.repeat(333), 1],
    ['has hundreds of alternatives that are Unicode classes', Array(249).fill('(?i)\\pL').join('|').slice(0, 1000), 1],
    ['ignores the case of all characters, range by range', `(?i)${'[B-\u{1e942}]'.repeat(100)}`, 1],
    ['ignores the case of all characters, in one class', `(?i)[${'B-\\x{1e942}'.repeat(50)}]`, 1],
    ['matches slowly', '(a|aa){500}$', 4096],
    ['is too long', 'a'.repeat(1001), 1],
  ])('refuses a pattern that %s', (_, pattern, maxLength) => {
    expect(tooCostlyParameter([{}, string(pattern, maxLength)])).toBe(1);
  });

  it('reads a class once, however often it is repeated', () => {
    for (const pattern of ['(?i)\\p{L}{1000}', '^[\\p{L}\\p{N}]{1,500}$', '(?i)(?:\\pL-){300}']) {
      expect(tooCostlyParameter([string(pattern, 200)])).toBeUndefined();
    }
  });

  it('counts each pattern of a schema, since a misplaced one is compiled for its errors', () => {
    const dear = '.{0,1000}'.repeat(100);
    const items = { type: 'string', pattern: 'a', maxLength: 1 };
    expect(tooCostlyParameter([{ schema: { type: 'string', pattern: dear, maxLength: 1, items } }])).toBe(0);
  });

  it.each([
    ['letters', '(?i)^[a-z0-9_-]{1,63}$'],
    ['the letters of a language', '(?i)^[а-яё\\x{400}-\\x{52f}-]+$'],
    ['a class that ends with a hyphen', '(?i)^[\\w.-]+$'],
  ])('accepts a hundred patterns that ignore the case of %s', (_, source) => {
    expect(tooCostlyParameter(Array.from({ length: 100 }, () => string(source, 63)))).toBeUndefined();
  });

  const pattern = '^a+$';
  const element = { type: 'string', pattern, maxLength: 100 };
  const steps = stepsOf(element);

  it('is nothing without a pattern', () => {
    expect(stepsOf({ type: 'string', maxLength: 100 })).toBe(0);
    expect(stepsOf({ type: 'array', items: { type: 'string' }, maxItems: 9 })).toBe(0);
    expect(stepsOf({ type: 'string', pattern: 7, maxLength: 100 })).toBe(0);
  });

  it('grows with the characters of a value, of the elements of a list, and of the values of an enum', () => {
    const more = stepsOf({ ...element, maxLength: 200 }) - steps;
    expect(more).toBeGreaterThan(0);
    expect(stepsOf({ type: 'array', items: element, maxItems: 2 }) - steps).toBe(more);
    expect(stepsOf({ ...element, enum: ['a'.repeat(60), 'a'.repeat(40), 7] }) - steps).toBe(more);
    expect(stepsOf({ ...element, examples: ['a'.repeat(100)] }) - steps).toBe(more);
  });
});
