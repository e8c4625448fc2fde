import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { templateRevision } from '../../../../core/template/template-revision.ts';

const spec = {
  backoffLimit: 1,
  template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', args: ['x', 'y'] }] } },
};

describe('templateRevision', () => {
  it('is 10 hex digits', () => {
    expect(templateRevision({ spec: spec })).toMatch(/^[0-9a-f]{10}$/);
  });

  it('does not depend on the order of fields, at any depth', () => {
    const shuffled = {
      template: { spec: { containers: [{ args: ['x', 'y'], name: 'a' }], restartPolicy: 'Never' } },
      backoffLimit: 1,
    };
    expect(templateRevision({ spec: shuffled })).toBe(templateRevision({ spec: spec }));
  });

  it('depends on the order of a list', () => {
    const swapped = {
      ...spec,
      template: { spec: { ...spec.template.spec, containers: [{ name: 'a', args: ['y', 'x'] }] } },
    };
    expect(templateRevision({ spec: swapped })).not.toBe(templateRevision({ spec: spec }));
  });

  it('does not depend on how runs are treated: no revision changes with it', () => {
    const treated = { spec, runs: { retention: { ttlSecondsAfterFinished: 60 } } };
    // As it was before templates had this part.
    expect(templateRevision({ spec })).toBe('ad8ec4b9dc');
    expect(templateRevision(treated)).toBe(templateRevision({ spec }));
    expect(compileTemplate(treated)).toMatchObject({
      revision: templateRevision({ spec }),
      content: { spec },
      errors: [],
    });
    expect(compileTemplate(treated).content).not.toHaveProperty('runs');
  });

  it('of a template without results is what it was before templates could have them', () => {
    expect(compileTemplate({ spec }).revision).toBe('ad8ec4b9dc');
    const results = [{ name: 'rows' }];
    const { revision, content } = compileTemplate({ spec, results, resultsFrom: 'a' });
    expect(revision).not.toBe('ad8ec4b9dc');
    expect(content).toEqual({ spec, results, resultsFrom: 'a' });
    expect(compileTemplate({ spec, results }).revision).not.toBe(revision);
  });

  it('changes with any value', () => {
    expect(templateRevision({ spec: { ...spec, backoffLimit: 2 } })).not.toBe(templateRevision({ spec: spec }));
  });
});
