import { JOB_SPEC, resolved } from '../../api/kubernetes/definitions.ts';
import { refTo, type JsonSchema } from '../../api/kubernetes/json-schema.ts';

/**
 * The field names of the object in a Job that contains `path`. For `spec.template.spec.containers[0].comand` these are the
 * fields of a container. Empty if Kubernetes' schema does not define the object.
 */
export function knownFieldsBeside(path: string): string[] {
  const segments = path.split('.').map((segment) => segment.split('[', 1)[0] ?? '');
  if (segments[0] !== 'spec') return [];
  let schema: JsonSchema | undefined = resolved({ $ref: refTo(JOB_SPEC) });
  for (const segment of segments.slice(1, -1)) schema = child(schema, segment);
  return Object.keys(schema?.properties ?? {});
}

function child(schema: JsonSchema | undefined, name: string): JsonSchema | undefined {
  const properties = schema?.properties ?? {};
  const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
  return property === undefined ? undefined : resolved(property.items ?? property);
}
