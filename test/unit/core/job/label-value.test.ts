import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelValue } from '../../../../core/job/label-value.ts';

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

  it('is a valid label value for every object name', () => {
    const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/);
    const names = fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join('.'));
    fc.assert(
      fc.property(names, (name) => {
        expect(labelValue(name)).toMatch(/^[A-Z0-9]([-\w.]{0,61}[A-Z0-9])?$/i);
      }),
    );
  });
});
