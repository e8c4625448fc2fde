import { describe, expect, it } from 'vitest';
import { isNewer } from '../../../../kube/watch/resource-version.ts';

describe('isNewer', () => {
  it.each([
    ['10', '9', true],
    ['9', '10', false],
    ['10', '10', false],
    ['123456789012345678902', '123456789012345678901', true],
    ['a1', '9', undefined],
    ['9', '', undefined],
    [undefined, '9', undefined],
  ])('%s against %s: %s', (a, b, expected) => {
    expect(isNewer(a, b)).toBe(expected);
  });
});
