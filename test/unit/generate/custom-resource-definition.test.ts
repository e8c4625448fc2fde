import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import type { CustomResource } from '../../../api/custom-resources.ts';
import {
  CLUSTER_JOB_TEMPLATE_RESOURCE,
  JOB_RUN_RESOURCE,
  JOB_TEMPLATE_RESOURCE,
} from '../../../api/custom-resources.ts';
import {
  customResourceDefinition,
  customResourceDefinitionYaml,
} from '../../../generate/custom-resource-definition.ts';
import type { JsonSchema } from '../../../api/kubernetes/json-schema.ts';

/** Above this size, the API server rejects the annotation of a client-side `kubectl apply`. */
const LIMIT = 256 * 1024;

/** Everything that the API server accepts in a structural schema and that we use. */
const KEYWORDS = new Set([
  'type',
  'format',
  'default',
  'description',
  'enum',
  'pattern',
  'nullable',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'maxProperties',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
]);

const rootSchema = (custom: CustomResource): JsonSchema =>
  customResourceDefinition(custom).spec.versions[0]!.schema.openAPIV3Schema;

type Visit = (schema: JsonSchema, path: string) => string[];

const walk = (schema: JsonSchema, path: string, visit: Visit): string[] => [
  ...visit(schema, path),
  ...Object.entries(schema.properties ?? {}).flatMap(([name, child]) => walk(child, `${path}.${name}`, visit)),
  ...(schema.items === undefined ? [] : walk(schema.items, `${path}[]`, visit)),
  ...(schema.additionalProperties === undefined ? [] : walk(schema.additionalProperties, `${path}[*]`, visit)),
];

const at = (schema: JsonSchema, path: string): JsonSchema => {
  const [name, ...rest] = path.split('.');
  const child = name === '[]' ? schema.items : schema.properties?.[name!];
  expect(child, `${name} of ${path}`).toBeDefined();
  return rest.length === 0 ? child! : at(child!, rest.join('.'));
};

describe.each([JOB_RUN_RESOURCE, JOB_TEMPLATE_RESOURCE, CLUSTER_JOB_TEMPLATE_RESOURCE])(
  'the CRD of $resource.kind',
  (custom) => {
    test('is small enough for kubectl apply, as YAML and as the annotation that it writes', () => {
      expect(Buffer.byteLength(customResourceDefinitionYaml(custom))).toBeLessThan(LIMIT);
      expect(Buffer.byteLength(JSON.stringify(customResourceDefinition(custom)))).toBeLessThan(LIMIT);
    });

    test('is the same object if an older parser reads its YAML', () => {
      const read: unknown = parse(customResourceDefinitionYaml(custom), { version: '1.1' });
      expect(read).toEqual(JSON.parse(JSON.stringify(customResourceDefinition(custom))));
    });

    test('has a structural schema', () => {
      const faults = walk(rootSchema(custom), '', (schema, path) => [
        ...Object.keys(schema)
          .filter((keyword) => !KEYWORDS.has(keyword))
          .map((keyword) => `${path} has ${keyword}`),
        ...(schema.type === undefined &&
        schema['x-kubernetes-int-or-string'] === undefined &&
        schema['x-kubernetes-preserve-unknown-fields'] === undefined
          ? [`${path} has no type`]
          : []),
        ...(schema.properties !== undefined && schema.additionalProperties !== undefined
          ? [`${path} has properties beside additionalProperties`]
          : []),
        ...(schema.required ?? [])
          .filter((name) => schema.properties?.[name] === undefined)
          .map((name) => `${path} requires ${name}, which it does not have`),
        ...(schema['x-kubernetes-list-map-keys'] ?? [])
          .filter((key) => schema.items?.required?.includes(key) !== true)
          .map((key) => `${path} has the key ${key}, which an item can lack`),
      ]);
      expect(faults).toEqual([]);
    });

    test('describes every field of ours and of Kubernetes', () => {
      const silent = walk(rootSchema(custom), '', (schema, path) =>
        schema.description === undefined && !path.endsWith('[]') && !path.endsWith('[*]') ? [path] : [],
      );
      const known = ['.apiVersion', '.kind', '.metadata', '.ephemeralContainers[].name'];
      expect(silent.filter((path) => !known.some((end) => path.endsWith(end)))).toEqual([]);
    });
  },
);

describe('JobTemplate', () => {
  const spec = at(rootSchema(JOB_TEMPLATE_RESOURCE), 'spec');
  const podSpec = at(spec, 'template.spec');

  test('preserves, in every object, fields that only a newer Kubernetes knows', () => {
    const pruning = walk(spec, 'spec', (schema, path) =>
      schema.type === 'object' &&
      schema.additionalProperties === undefined &&
      schema['x-kubernetes-preserve-unknown-fields'] !== true
        ? [path]
        : [],
    );
    expect(pruning).toEqual([]);
  });

  test('has the metadata of the Pod template in full', () => {
    const { properties } = at(spec, 'template.metadata');
    expect(Object.keys(properties!)).toEqual(expect.arrayContaining(['annotations', 'labels', 'name']));
  });

  test('merges lists by the same keys as Kubernetes', () => {
    expect(at(podSpec, 'containers')).toMatchObject({
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    });
    expect(at(podSpec, 'volumes')).toMatchObject({ 'x-kubernetes-list-type': 'map' });
    expect(at(podSpec, 'tolerations')).toMatchObject({ 'x-kubernetes-list-type': 'atomic' });
  });

  test.each(['containers.[].env', 'containers.[].ports', 'hostAliases', 'imagePullSecrets'])(
    'lets %s repeat a key, as a Job does',
    (path) => {
      expect(at(podSpec, path)).toMatchObject({ 'x-kubernetes-list-type': 'atomic' });
    },
  );

  test('accepts a port by number or by name', () => {
    expect(at(podSpec, 'containers.[].livenessProbe.httpGet.port')).toMatchObject({
      'x-kubernetes-int-or-string': true,
    });
  });

  test('accepts a placeholder in place of every number and every boolean of the spec', () => {
    const strict = walk(spec, 'spec', ({ type }, path) => (type === 'integer' || type === 'boolean' ? [path] : []));
    expect(strict).toEqual([]);
    expect(at(spec, 'suspend').pattern).toBe(at(spec, 'parallelism').pattern);
  });
});

test.each(['parameters.[]', 'parameters.[].schema', 'parameters.[].schema.items', 'overrides', 'revisions'])(
  'unknown fields of %s of a template are preserved for the webhook',
  (path) => {
    const root = rootSchema(JOB_TEMPLATE_RESOURCE);
    expect(root).toHaveProperty('x-kubernetes-preserve-unknown-fields', true);
    expect(at(root, path)).toHaveProperty('x-kubernetes-preserve-unknown-fields', true);
  },
);

test('a ClusterJobTemplate has the content of a JobTemplate, and no namespace', () => {
  expect(rootSchema(CLUSTER_JOB_TEMPLATE_RESOURCE).properties).toEqual(rootSchema(JOB_TEMPLATE_RESOURCE).properties);
  expect(customResourceDefinition(CLUSTER_JOB_TEMPLATE_RESOURCE).spec.scope).toBe('Cluster');
  expect(customResourceDefinition(JOB_TEMPLATE_RESOURCE).spec.scope).toBe('Namespaced');
});

describe('JobRun', () => {
  test('allows no change of its spec but suspend', () => {
    const { properties, ...spec } = at(rootSchema(JOB_RUN_RESOURCE), 'spec');
    const fixed = spec['x-kubernetes-validations']!.map(({ fieldPath }) => fieldPath!.slice(1));
    expect([...fixed, 'suspend'].sort()).toEqual(Object.keys(properties!).sort());
  });

  test.each(['spec', 'spec.containers.[]', 'spec.metadata'])(
    'preserves unknown fields of %s for the webhook',
    (path) => {
      expect(at(rootSchema(JOB_RUN_RESOURCE), path)).toHaveProperty('x-kubernetes-preserve-unknown-fields', true);
    },
  );

  test('preserves fields of the status that only a newer Job has', () => {
    expect(at(rootSchema(JOB_RUN_RESOURCE), 'status')).toHaveProperty('x-kubernetes-preserve-unknown-fields', true);
  });

  test("leaves out the Job controller's internal fields", () => {
    expect(at(rootSchema(JOB_RUN_RESOURCE), 'status').properties).not.toHaveProperty('uncountedTerminatedPods');
  });

  test('accepts no placeholder', () => {
    expect(at(rootSchema(JOB_RUN_RESOURCE), 'spec.parallelism')).toMatchObject({ type: 'integer' });
    expect(at(rootSchema(JOB_RUN_RESOURCE), 'spec.suspend')).toMatchObject({ type: 'boolean' });
  });

  test('explains in words what it forbids, not as a pattern', () => {
    expect(customResourceDefinitionYaml(JOB_RUN_RESOURCE)).not.toContain('pattern:');
  });
});
