/** Samples of JobSpecs, generated from Kubernetes' own definitions in its OpenAPI document. */
import document from '../../api/kubernetes/definitions.json' with { type: 'json' };
import { JOB_SPEC } from '../../api/kubernetes/definitions.ts';
import type { JsonSchema } from '../../api/kubernetes/json-schema.ts';
import { refTarget } from '../../api/kubernetes/json-schema.ts';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };
type Path = (string | number)[];

const DEFINITIONS = document.definitions as unknown as Record<string, JsonSchema>;

/** A field that no version of Kubernetes knows yet. */
const NEWER: JsonObject = { aNewerField: { list: [1, { deep: true }], text: '' } };

const SCALARS: Record<string, Json> = {
  string: 'text',
  integer: 7,
  boolean: true,
  'date-time': '2026-11-23T21:00:00Z',
};

const maximalObject = (schema: JsonSchema): JsonObject => ({
  ...Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, field]) => [name, maximal(field)])),
  ...NEWER,
});

const maximal = (schema: JsonSchema): Json => {
  if (schema.$ref?.endsWith('.Quantity') === true) return 0.5;
  if (schema.$ref !== undefined) return maximal(DEFINITIONS[refTarget(schema.$ref)]!);
  if (schema.items !== undefined) return [maximal(schema.items)];
  if (schema.additionalProperties !== undefined) return { 'example.com/key': maximal(schema.additionalProperties) };
  if (schema.type === 'object') return maximalObject(schema);
  const scalar = SCALARS[schema.format ?? ''] ?? SCALARS[String(schema.type)];
  if (scalar === undefined) throw new Error(`no sample for ${JSON.stringify(schema)}`);
  return scalar;
};

/** A JobSpec with every field that Kubernetes knows, and an unknown field in every object. */
export const maximalJobSpec = (): JsonObject => maximalObject(DEFINITIONS[JOB_SPEC]!);

/** A JobSpec that is changed in one place. */
export interface Variation {
  what: string;
  spec: JsonObject;
}

const parentOf = (spec: JsonObject, path: Path): JsonObject =>
  path.reduce<Json>((value, key) => (value as JsonObject)[key]!, spec) as JsonObject;

/** Every field of `base` in turn: removed, null, blank, an empty list, an item twice. */
export const variations = (base: JsonObject): Variation[] => {
  const found: Variation[] = [];
  const vary = (what: string, path: Path, change: (parent: JsonObject) => void): void => {
    const spec = structuredClone(base);
    change(parentOf(spec, path));
    found.push({ what, spec });
  };
  const varyField = (name: string, value: Json, path: Path): void => {
    const at = [...path, name].join('.');
    vary(`${at} left out`, path, (parent) => Reflect.deleteProperty(parent, name));
    vary(`${at} null`, path, (parent) => (parent[name] = null));
    if (typeof value === 'string') vary(`${at} blank`, path, (parent) => (parent[name] = ''));
    if (!Array.isArray(value)) return;
    vary(`${at} empty`, path, (parent) => (parent[name] = []));
    vary(`${at} with an item twice`, path, (parent) => (parent[name] = [...value, value[0]!]));
  };
  const visit = (value: Json, path: Path): void => {
    if (Array.isArray(value))
      value.forEach((item, index) => {
        visit(item, [...path, index]);
      });
    else if (typeof value === 'object' && value !== null) {
      for (const [name, child] of Object.entries(value)) {
        varyField(name, child, path);
        visit(child, [...path, name]);
      }
    }
  };
  visit(base, []);
  return found;
};
