import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import { metadataErrors, metadataOverrides } from '../../../../core/overrides/metadata-overrides.ts';
import { fieldError } from '../field-errors.ts';
import { echoRun } from '../objects.ts';

const run = (metadata: unknown): JobRun => echoRun({ metadata } as Partial<JobRun['spec']>);

const RESERVED = [
  'hematoscope.app/job-run',
  'app.kubernetes.io/instance',
  'argocd.argoproj.io/tracking-id',
  'job-name',
];
const FREE = ['team', 'example.com/owner', 'kueue.x-k8s.io/queue-name'];

describe.each(['labels', 'annotations'] as const)('%s of a run', (field) => {
  it.each(FREE)('can be %s', (key) => {
    expect(metadataOverrides(run({ [field]: { [key]: 'v' } }))[field]).toEqual({ [key]: 'v' });
    expect(metadataErrors(run({ [field]: { [key]: 'v' } }))).toEqual([]);
  });

  it.each(RESERVED)('cannot be %s', (key) => {
    const of = run({ [field]: { [key]: 'v', team: 'red' } });
    expect(metadataErrors(of)).toEqual([
      fieldError(`spec.metadata.${field}[${key}]`, 'FieldValueForbidden', /^Forbidden: [ci]/),
    ]);
    expect(metadataOverrides(of)[field]).toEqual({ team: 'red' });
  });

  it.each([[undefined], [null], [{}], [{ [field]: null }], [{ [field]: {} }]])('are absent in %j', (metadata) => {
    expect(metadataOverrides(run(metadata))).toEqual({ labels: {}, annotations: {} });
    expect(metadataErrors(run(metadata))).toEqual([]);
  });
});

it('mistakes in labels and in annotations are reported together', () => {
  const both = { labels: { 'hematoscope.app/a': '' }, annotations: { 'hematoscope.app/b': '' } };
  expect(metadataErrors(run(both)).map(({ path }) => path)).toEqual([
    'spec.metadata.labels[hematoscope.app/a]',
    'spec.metadata.annotations[hematoscope.app/b]',
  ]);
});
