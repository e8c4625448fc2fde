import fc from 'fast-check';
import jsonPatchLibrary from 'fast-json-patch';
import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../../api/job-run.ts';
import { jobRunPatch } from '../../../../../webhook/admission/job-run-mutation/job-run-patch.ts';

const asJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** Labels or annotations as they can arrive: absent, null, empty, with keys that a JSON pointer must escape. */
const key = fc
  .oneof(fc.string(), fc.constantFrom('a/b', 'c~d', '~1', '/', '', 'hematoscope.app/x'))
  .filter((name) => name !== '__proto__');
const map = fc.oneof(
  fc.constantFrom(undefined, null),
  fc.dictionary(key, fc.oneof(fc.string(), fc.constant(undefined)), { maxKeys: 5 }),
);
const revision = fc.constantFrom(undefined, '', '0123456789', 'abcdefabcd');
const mutated = fc.record({ labels: map, annotations: map, templateRevision: revision });
const rest = fc.record({ metadata: fc.dictionary(key, fc.jsonValue()), spec: fc.dictionary(key, fc.jsonValue()) });

type Mutated = typeof mutated extends fc.Arbitrary<infer T> ? T : never;
type Rest = typeof rest extends fc.Arbitrary<infer T> ? T : never;

const jobRun = ({ metadata, spec }: Rest, { labels, annotations, templateRevision }: Mutated): JobRun =>
  ({ metadata: { ...metadata, labels, annotations }, spec: { ...spec, templateRevision } }) as unknown as JobRun;

describe('jobRunPatch', () => {
  it('turns one JobRun into the other', () => {
    fc.assert(
      fc.property(rest, mutated, mutated, (same, was, is) => {
        const [before, after] = [jobRun(same, was), jobRun(same, is)];
        const patch = asJson(jobRunPatch(before, after));
        expect(jsonPatchLibrary.applyPatch(asJson(before), patch).newDocument).toEqual(asJson(after));
      }),
      { numRuns: 1000 },
    );
  });

  it('is empty for the same JSON', () => {
    fc.assert(
      fc.property(rest, mutated, (same, values) => {
        expect(jobRunPatch(jobRun(same, values), asJson(jobRun(same, values)))).toEqual([]);
      }),
    );
  });

  it.each([undefined, null, 'echo'])('is empty for a spec of %s', (spec) => {
    const run = { metadata: {}, spec } as unknown as JobRun;
    expect(jobRunPatch(run, { ...run })).toEqual([]);
  });

  it('names the changed keys only', () => {
    const before = { metadata: { labels: { team: 'red' } }, spec: { templateRef: 'echo' } } as unknown as JobRun;
    const labels = { team: 'red', 'hematoscope.app/job-template': 'echo' };
    const annotations = { 'hematoscope.app/requested-by': 'jane' };
    const after = { ...before, metadata: { labels, annotations } } as JobRun;
    expect(jobRunPatch(before, after)).toEqual([
      { op: 'add', path: '/metadata/labels/hematoscope.app~1job-template', value: 'echo' },
      { op: 'add', path: '/metadata/annotations', value: annotations },
    ]);
  });

  it.each([
    ['resources', { limits: {} }, { limits: { cpu: null } }],
    ['nodeSelector', {}, { zone: null }],
    ['containers', [{ name: 'a', resources: {} }], [{ name: 'a', resources: { limits: null } }]],
  ])('contains nulls that were restored in %s', (field, sent, written) => {
    const run = (value: unknown) =>
      ({ metadata: {}, spec: { templateRef: 'echo', [field]: value } }) as never as JobRun;
    const patch = jobRunPatch(run(sent), run(written));
    expect(jsonPatchLibrary.applyPatch(asJson(run(sent)), patch).newDocument).toEqual(run(written));
  });
});
