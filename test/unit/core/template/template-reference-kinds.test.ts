import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import {
  asTemplateErrors,
  templateNotFound,
  validateTemplateRef,
} from '../../../../core/template/template-reference.ts';
import { fieldError } from '../field-errors.ts';
import { echoRun } from '../objects.ts';

const CLUSTER = { templateKind: 'ClusterJobTemplate' } as const;

describe('an invalid reference', () => {
  it.each<[string, unknown]>([
    ['without a spec', undefined],
    ['with a spec that is null', null],
    ['with an empty spec', {}],
  ])('is required of a run %s', (_, spec) => {
    expect(validateTemplateRef({ ...echoRun(), spec } as JobRun)).toEqual([
      fieldError('spec.templateRef', 'FieldValueRequired', /^Required value: .*JobTemplate in this namespace$/),
    ]);
  });

  it('to a ClusterJobTemplate does not depend on the namespace', () => {
    expect(validateTemplateRef(echoRun({ ...CLUSTER, templateRef: '' }))).toEqual([
      fieldError('spec.templateRef', 'FieldValueRequired', /ClusterJobTemplate$/),
    ]);
    expect(validateTemplateRef(echoRun({ ...CLUSTER, templateRef: 'a/b' }))).toEqual([
      fieldError('spec.templateRef', 'FieldValueInvalid', /"a\/b": .*ClusterJobTemplate has no namespace/),
    ]);
  });

  it.each(['a'.repeat(254), 'a..b', '-a', 'a_b'])('cannot be the name of any object: %s', (templateRef) => {
    expect(validateTemplateRef(echoRun({ templateRef }))).toEqual([
      fieldError('spec.templateRef', 'FieldValueInvalid', /^Invalid value: ".*name of a JobTemplate/),
    ]);
  });
});

describe('a missing ClusterJobTemplate', () => {
  it.each<[string, string[], RegExp]>([
    ['similar names', ['echo'], /no ClusterJobTemplate of this name; did you mean "echo"\?$/],
    ['no similar name', ['import'], /no ClusterJobTemplate of this name; .*`kubectl get clusterjobtemplates`$/],
    ['no templates at all', [], /no ClusterJobTemplate of this name; .*no ClusterJobTemplates$/],
  ])('is reported with %s', (_, names, message) => {
    expect(templateNotFound(echoRun({ ...CLUSTER, templateRef: 'ehco' }), names)).toEqual(
      fieldError('spec.templateRef', 'FieldValueNotFound', message),
    );
  });
});

it("a template's errors are reported at the reference, each with its path in the template", () => {
  const errors = ['spec.a', 'spec.b'].map(
    (path) => ({ path, reason: 'FieldValueRequired', message: 'wrong' }) as const,
  );
  expect(asTemplateErrors(errors, echoRun(CLUSTER))).toEqual(
    ['spec\\.a', 'spec\\.b'].map((path) =>
      fieldError('spec.templateRef', 'FieldValueInvalid', new RegExp(`^ClusterJobTemplate "echo" .*${path}: wrong`)),
    ),
  );
});
