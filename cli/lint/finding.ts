import type { FieldError } from '../../core/errors/field-error.ts';
import type { Hide } from '../../core/errors/hidden.ts';

/** An error is refused by the cluster. A warning is not, or cannot be decided from the files. */
export type Severity = 'error' | 'warning';

/** What is wrong with one field of one object. */
export interface Finding {
  severity: Severity;
  /** Path of the field from the root of its object; empty for the object as a whole. */
  path: string;
  message: string;
}

export function errors(found: readonly Pick<FieldError, 'path' | 'message'>[], hide: Hide = (text) => text): Finding[] {
  return found.map(({ path, message }) => ({ severity: 'error', path, message: hide(message) }));
}

export function warning(message: string, path = ''): Finding {
  return { severity: 'warning', path, message };
}

/** What is wrong at one place of one file. */
export interface Problem extends Finding {
  file: string;
  /** Counted from 1. */
  line: number;
  /** `KIND/NAME`; empty if the file as a whole is meant. */
  object: string;
}
