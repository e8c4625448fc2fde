import { expect, it } from 'vitest';
import { errorsOfEach } from '../../../../core/errors/errors-of-each.ts';
import { field } from '../../../../core/errors/field.ts';

const errorAt = (path: number) => field.required(String(path), 'why');

it('collects the errors of each item, in order', () => {
  expect(errorsOfEach([1, 2, 3], (item) => (item === 2 ? [] : [errorAt(item)]))).toEqual([errorAt(1), errorAt(3)]);
});

it('checks no further item after the fiftieth error', () => {
  const checked: number[] = [];
  const errors = errorsOfEach(Array.from({ length: 1000 }).keys(), (item) => {
    checked.push(item);
    return [errorAt(item), errorAt(item)];
  });
  expect(errors).toHaveLength(50);
  expect(checked).toHaveLength(25);
});

it('returns no more errors than asked for', () => {
  expect(errorsOfEach([1], () => [errorAt(1), errorAt(2), errorAt(3)], 2)).toEqual([errorAt(1), errorAt(2)]);
});
