import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import {
  CLUSTER_JOB_TEMPLATE_RESOURCE,
  JOB_RUN_RESOURCE,
  JOB_TEMPLATE_RESOURCE,
} from '../../../api/custom-resources.ts';
import { editorSchema, editorSchemaPath } from '../../../generate/editor-schema.ts';

// As in editors and kubeconform: keywords and formats that are not known are ignored.
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
const validators = new Map(
  [JOB_TEMPLATE_RESOURCE, CLUSTER_JOB_TEMPLATE_RESOURCE, JOB_RUN_RESOURCE].map((custom) => [
    custom.resource.kind,
    ajv.compile(editorSchema(custom)),
  ]),
);

interface Manifest {
  kind: string;
}

function errorsOf(manifest: Manifest): string[] {
  const validate = validators.get(manifest.kind);
  if (validate === undefined) return [];
  validate(manifest);
  return (validate.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath} ${message}`);
}

describe('the JSON Schemas for editors', () => {
  const examples = ['ci', 'cluster-template', 'data-batch', 'echo', 'gpu', 'maintenance', 'gitops-kustomize'];

  it.each(examples.flatMap((folder) => ['template', 'run'].map((file) => `examples/${folder}/${file}.yaml`)))(
    'accept %s',
    (path) => {
      const documents = parseAllDocuments(readFileSync(path, 'utf8')).map((document) => document.toJS() as Manifest);
      expect(documents.length).toBeGreaterThan(0);
      for (const manifest of documents) expect(errorsOf(manifest)).toEqual([]);
    },
  );

  const run = { apiVersion: 'hematoscope.app/v1', kind: 'JobRun', metadata: { name: 'x' } };

  it.each([
    ['an unknown field', { ...run, spec: { templateRef: 'x', arg: [] } }, '/spec must NOT have additional properties'],
    ['a missing field', { ...run, spec: {} }, "/spec must have required property 'templateRef'"],
    ['a wrong type', { ...run, spec: { templateRef: 'x', args: 'a' } }, '/spec/args must be array'],
    [
      'another version',
      { ...run, apiVersion: 'v1', spec: { templateRef: 'x' } },
      '/apiVersion must be equal to constant',
    ],
  ])('refuse %s', (_, manifest, error) => {
    expect(errorsOf(manifest)).toEqual([error]);
  });

  it('are where kubeconform looks for them', () => {
    expect(editorSchemaPath(JOB_RUN_RESOURCE)).toBe('hematoscope.app/jobrun_v1.json');
  });
});
