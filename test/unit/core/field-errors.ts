import { expect } from 'vitest';
import type { FieldErrorReason } from '../../../core/errors/field-error.ts';

/** Equals a field error at the path whose message matches. The wording of a message may change; its content may not. */
export function fieldError(path: string, reason: FieldErrorReason, message: RegExp): object {
  return { path, reason, message: expect.stringMatching(message) as string };
}
