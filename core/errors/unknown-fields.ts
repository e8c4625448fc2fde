import type { JsonSchema } from '../../api/kubernetes/json-schema.ts';
import type { FieldError } from './field-error.ts';
import { field } from './field.ts';
import { FieldPath } from './field-path.ts';
import { quotedList } from './quoted.ts';
import { didYouMean, nearNames } from './suggest.ts';

/** Maximum number of reported errors. */
const MOST_ERRORS = 50;

/**
 * Errors for fields that the schema does not define, with the name that the user may have meant. Kubernetes' own objects,
 * which the schema references, are not checked: the strict dry run of the Job reports their unknown fields. The cost is
 * linear in the size of the value, and the search ends at the fiftieth error.
 */
export function unknownFieldErrors(schema: JsonSchema, value: unknown): FieldError[] {
  const errors: FieldError[] = [];
  collect({ schema, value, path: undefined }, errors);
  return errors;
}

interface Place {
  schema: JsonSchema;
  value: unknown;
  /** `undefined`: the object as a whole. */
  path: FieldPath | undefined;
}

function collect({ schema: { properties, items }, value, path }: Place, errors: FieldError[]): void {
  if (Array.isArray(value) && items !== undefined) {
    for (const [index, item] of value.entries()) {
      collect({ schema: items, value: item, path: path?.index(index) }, errors);
    }
  }
  if (properties === undefined || !isMap(value)) return;
  for (const [name, child] of Object.entries(value)) {
    if (errors.length >= MOST_ERRORS) return;
    const at = path === undefined ? FieldPath.of(name) : path.child(name);
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (known === undefined) errors.push(field.unknown(at, name, hint(name, Object.keys(properties))));
    else collect({ schema: known, value: child, path: at }, errors);
  }
}

function hint(name: string, known: readonly string[]): string {
  return didYouMean(nearNames(name, known)) || `the fields here are ${quotedList(known)}`;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
