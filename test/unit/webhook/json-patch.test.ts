import fc from 'fast-check';
import jsonPatchLibrary from 'fast-json-patch';
import { describe, expect, it } from 'vitest';
import { jsonPatch } from '../../../webhook/json-patch.ts';
import { mutateJobRun } from '../../../webhook/mutate-job-run.ts';
import { jobRunReview } from './reviews.ts';

const onTheWire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const applied = (before: object, after: object): unknown =>
  jsonPatchLibrary.applyPatch(onTheWire(before), onTheWire(jsonPatch(before, after))).newDocument;

/** Objects as they may come: any JSON, and keys whose value is undefined. Keys that the library bans are not ours to patch. */
const key = fc.oneof(fc.string(), fc.constantFrom('a/b', 'c~d', 'hematoscope.app/x')).filter((k) => k !== '__proto__');
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, undefined, true, 0, 1, '', 'x'),
    fc.array(fc.constantFrom(null, 1, 'x'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
}));

describe('jsonPatch', () => {
  it('makes the one of the other, whatever they are', () => {
    fc.assert(
      fc.property(json.object, json.object, (before, after) => {
        expect(applied(before as object, after as object)).toEqual(onTheWire(after));
      }),
    );
  });

  it('is empty for what is the same on the wire', () => {
    expect(jsonPatch({ a: undefined, b: 1 }, { b: 1 })).toEqual([]);
  });
});

describe('mutateJobRun', () => {
  const mutated = (request: ReturnType<typeof jobRunReview>['request']): Record<string, unknown> => {
    const verdict = mutateJobRun(request);
    const patch = verdict.allowed ? (verdict.patch ?? []) : [];
    return jsonPatchLibrary.applyPatch(structuredClone(request.object as Record<string, unknown>), patch).newDocument;
  };

  it('labels a run with its template', () => {
    const { request } = jobRunReview({ templateRef: 'echo' });
    expect(mutateJobRun(request)).toEqual({
      allowed: true,
      warnings: [],
      patch: [{ op: 'add', path: '/metadata/labels', value: { 'hematoscope.app/job-template': 'echo' } }],
    });
  });

  it('keeps the labels that are there, and corrects its own', () => {
    const labels = { team: 'red', 'hematoscope.app/job-template': 'other' };
    const { request } = jobRunReview({ templateRef: 'echo' }, { labels });
    expect(mutated(request)).toMatchObject({
      metadata: { labels: { team: 'red', 'hematoscope.app/job-template': 'echo' } },
    });
  });

  it('cuts the label of a long name so that it stays valid', () => {
    const { request } = jobRunReview({ templateRef: `${'a'.repeat(62)}.b` });
    expect(mutated(request)).toMatchObject({
      metadata: { labels: { 'hematoscope.app/job-template': 'a'.repeat(62) } },
    });
  });

  it.each([
    ['its own output', { templateRef: 'echo' }, { labels: { 'hematoscope.app/job-template': 'echo' } }],
    ['a run that is being deleted', { templateRef: 'echo' }, { deletionTimestamp: '2026-11-23T22:05:12Z' }],
    ['a reference that cannot be', { templateRef: 'a/b' }, {}],
    ['a run without a spec', null, {}],
    ['a spec that is no map', 'echo', {}],
  ])('sends no patch for %s', (_, spec, metadata) => {
    expect(mutateJobRun(jobRunReview(spec, metadata).request)).toEqual({ allowed: true, warnings: [] });
  });

  it('touches nothing but its label, whatever else the object holds', () => {
    fc.assert(
      fc.property(json.object, (extra) => {
        const { request } = jobRunReview({ templateRef: 'echo', extra });
        const before = onTheWire(request.object) as { metadata: object };
        expect(mutated(onTheWire(request))).toEqual({
          ...before,
          metadata: { ...before.metadata, labels: { 'hematoscope.app/job-template': 'echo' } },
        });
      }),
    );
  });
});
