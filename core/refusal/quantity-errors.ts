import { JOB_SPEC, QUANTITY, resolved } from '../../api/kubernetes/definitions.ts';
import { refTo, type JsonSchema } from '../../api/kubernetes/json-schema.ts';
import type { Job } from '../../api/wire.ts';
import { errorsOfEach } from '../errors/errors-of-each.ts';
import type { FieldError } from '../errors/field-error.ts';
import { field } from '../errors/field.ts';
import { FieldPath } from '../errors/field-path.ts';

/** A number, then a power of 1024 (`Ki` …), of 1000 (`n` … `E`) or an exponent. */
const VALID = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;

const NOT_A_QUANTITY = 'not a quantity; write it like 2, 500m, 512Mi or 1Gi';

/**
 * The quantities of a Job (CPU, memory, sizes) that cannot be parsed, such as `512MB`. The API server's message does not
 * name the field; Kubernetes' schema shows which fields are quantities.
 */
export function quantityErrors(job: Job): FieldError[] {
  return visit(job.spec, { $ref: refTo(JOB_SPEC) }, FieldPath.of('spec'));
}

function visit(value: unknown, schema: JsonSchema, path: FieldPath): FieldError[] {
  if (schema.$ref === refTo(QUANTITY)) return isQuantity(value) ? [] : [field.invalid(path, value, NOT_A_QUANTITY)];
  const { properties = {}, items, additionalProperties } = resolved(schema);
  if (Array.isArray(value)) {
    return items === undefined || isScalar(items)
      ? []
      : errorsOfEach(value.entries(), ([index, item]: [number, unknown]) => visit(item, items, path.index(index)));
  }
  if (typeof value !== 'object' || value === null) return [];
  return errorsOfEach(Object.entries(value), ([name, inner]: [string, unknown]) => {
    if (additionalProperties !== undefined) return visit(inner, additionalProperties, path.key(name));
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return property === undefined ? [] : visit(inner, property, path.child(name));
  });
}

/** Elements of this type hold no quantity. Arguments can be hundreds of thousands. */
function isScalar(schema: JsonSchema): boolean {
  const { type = 'object' } = schema;
  return type !== 'object' && type !== 'array';
}

function isQuantity(value: unknown): boolean {
  return typeof value === 'number' || value === null || (typeof value === 'string' && VALID.test(value.trim()));
}
