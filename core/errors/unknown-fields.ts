import type { JsonSchema } from '../../api/kubernetes/json-schema.ts';
import { MOST_ERRORS } from '../../api/limits.ts';
import type { FieldError } from './field-error.ts';
import { field } from './field.ts';
import { FieldPath } from './field-path.ts';
import { quotedList } from './quoted.ts';
import { didYouMean, nearNames } from './suggest.ts';

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

type Fields = Record<string, unknown>;

interface Place {
  schema: JsonSchema;
  value: unknown;
  /** `undefined`: the object as a whole. */
  path: FieldPath | undefined;
}

function collect(place: Place, errors: FieldError[]): void {
  const { schema, value } = place;
  if (errors.length >= MOST_ERRORS) return;
  if (Array.isArray(value)) collectItems(place, value, errors);
  else if (schema.properties !== undefined && isMap(value)) collectFields(place, value, errors);
}

function collectItems({ schema: { items }, path }: Place, list: readonly unknown[], errors: FieldError[]): void {
  if (items === undefined) return;
  for (const [index, value] of list.entries()) collect({ schema: items, value, path: path?.index(index) }, errors);
}

function collectFields({ schema: { properties = {} }, path }: Place, map: Fields, errors: FieldError[]): void {
  for (const [name, value] of Object.entries(map)) {
    const at = path === undefined ? FieldPath.of(name) : path.child(name);
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (schema !== undefined) collect({ schema, value, path: at }, errors);
    else if (errors.length < MOST_ERRORS) errors.push(field.unknown(at, name, hint(name, Object.keys(properties))));
  }
}

function hint(name: string, known: readonly string[]): string {
  return didYouMean(nearNames(name, known)) || `the fields here are ${quotedList(known)}`;
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
