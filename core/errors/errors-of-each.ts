import { MOST_ERRORS } from '../../api/limits.ts';
import type { FieldError } from './field-error.ts';

/**
 * The errors of each item, in order. Items after the fiftieth error are not checked: nobody reads more, and each error
 * costs work.
 */
export function errorsOfEach<T>(
  items: Iterable<T>,
  errorsOf: (item: T) => readonly FieldError[],
  most = MOST_ERRORS,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const item of items) {
    errors.push(...errorsOf(item));
    if (errors.length >= most) break;
  }
  return errors.slice(0, most);
}
