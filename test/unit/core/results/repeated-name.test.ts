import fc from 'fast-check';
import { expect, it } from 'vitest';
import { repeatedName } from '../../../../core/results/repeated-name.ts';

it('finds nothing in what JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(2), (value, indent) => {
      expect(repeatedName(JSON.stringify(value, undefined, indent))).toBeUndefined();
    }),
  );
});

it('finds a name that an object has twice, whatever surrounds it', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.jsonValue()), (name, [first = 1, second = 2, ...others]) => {
      const entry = (value: unknown) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
      const object = `{${entry(first)}, ${entry(second)}}`;
      expect(repeatedName(`{"x": [${[...others.map((other) => JSON.stringify(other)), object].join()}]}`)).toBe(name);
    }),
  );
});
