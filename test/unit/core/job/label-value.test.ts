import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelValue, uniqueLabelValue } from '../../../../core/job/label-value.ts';

describe('labelValue', () => {
  it.each([
    ['keeps a name that fits', 'echo-template', 'echo-template'],
    ['keeps a name of exactly 63 characters', 'a'.repeat(63), 'a'.repeat(63)],
    ['cuts a longer one', 'a'.repeat(253), 'a'.repeat(63)],
    ['does not end in a dash or dot after the cut', `${'a'.repeat(60)}-.-zzz`, 'a'.repeat(60)],
    ['accepts the empty name', '', ''],
  ])('%s', (_sentence, name, expected) => {
    expect(labelValue(name)).toBe(expected);
  });

  it.each([labelValue, uniqueLabelValue])('%o is a valid label value for every object name', (valueOf) => {
    const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/);
    const names = fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join('.'));
    fc.assert(
      fc.property(names, (name) => {
        expect(valueOf(name)).toMatch(/^[A-Z0-9]([-\w.]{0,61}[A-Z0-9])?$/i);
      }),
    );
  });
});

describe('uniqueLabelValue', () => {
  it.each([
    ['keeps a name that fits', 'echo-hello', 'echo-hello'],
    ['keeps a name of exactly 63 characters', 'a'.repeat(63), 'a'.repeat(63)],
    ['ends a longer name in its hash', 'a'.repeat(64), `${'a'.repeat(54)}-ffe054fe`],
    ['has no dash or dot before the hash', `${'a'.repeat(52)}-.${'z'.repeat(99)}`, `${'a'.repeat(52)}-`],
    ['accepts the empty name', '', ''],
  ])('%s', (_sentence, name, expected) => {
    expect(uniqueLabelValue(name).startsWith(expected)).toBe(true);
    expect(uniqueLabelValue(name).length).toBeLessThanOrEqual(63);
    expect(uniqueLabelValue(name)).not.toMatch(/[-.]{2}/);
  });

  it('differs for names that share their first 63 characters', () => {
    const shared = 'nightly-warehouse-export-of-the-complete-order-history-for-region';
    expect(uniqueLabelValue(`${shared}-emea`)).not.toBe(uniqueLabelValue(`${shared}-apac`));
  });
});
