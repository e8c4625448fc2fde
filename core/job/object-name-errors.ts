import type { FieldError } from '../errors/field-error.ts';
import { FieldPath } from '../errors/field-path.ts';
import { field } from '../errors/field.ts';
import { isObjectName } from './object-name.ts';

const METADATA = FieldPath.of('metadata');
/** As many characters as the API server adds to `generateName`. */
const GENERATED = 'xxxxx';

/** Why the API server refuses the name of an object. Admission never sees such an object. */
export function objectNameErrors(kind: string, object: unknown): FieldError[] {
  const { metadata } = object as { metadata?: { name?: unknown; generateName?: unknown } | null };
  const { name, generateName } = metadata ?? {};
  const why = `must be the name of a ${kind}: lower case letters, digits, "-" and ".", at most 253 characters`;
  if (name !== undefined && name !== null) {
    return isName(name) ? [] : [field.invalid(METADATA.child('name'), name, why)];
  }
  if (typeof generateName !== 'string' || generateName === '') {
    return [field.required(METADATA.child('name'), `give the ${kind} a name, or set generateName`)];
  }
  return isName(`${generateName}${GENERATED}`)
    ? []
    : [field.invalid(METADATA.child('generateName'), generateName, why)];
}

function isName(name: unknown): boolean {
  return typeof name === 'string' && isObjectName(name);
}
