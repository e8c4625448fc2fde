import type { Template } from '../../api/job-template.ts';
import { JOB_TEMPLATES } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import { validateJobTemplate } from '../../api/validators.ts';
import { anyPolicyFor } from '../../core/callback/any-policy.ts';
import { templateCallbackErrors } from '../../core/callback/callback-errors.ts';
import { receiverOfTemplate } from '../../core/callback/receiver.ts';
import { groupErrors } from '../../core/concurrency/group-errors.ts';
import type { FieldError } from '../../core/errors/field-error.ts';
import { objectSizeErrors } from '../../core/errors/object-size.ts';
import { objectNameErrors } from '../../core/job/object-name-errors.ts';
import { hidingFromAuthor } from '../../core/job/secret-values.ts';
import { fixedNameErrors } from '../../core/template/fixed-names.ts';
import { sampleErrors, sampleJobOf } from '../../core/template/sample-job.ts';
import type { TemplateVersion } from '../../core/template/template-version.ts';
import { versionOfTemplate } from '../../core/template/template-version.ts';
import { trialOf } from '../../core/template/trial.ts';
import { unusedParameterWarnings } from '../../core/template/unused-parameters.ts';
import { errors, warning } from './finding.ts';
import type { Finding } from './finding.ts';

export interface CheckedTemplate {
  findings: Finding[];
  /** `undefined`: it has errors, so that no run can be checked with it. */
  version: TemplateVersion | undefined;
}

/** Checks a template as the schema of the API server and admission do. */
export function checkTemplate(object: KubeObject): CheckedTemplate {
  const size = objectSizeErrors(object.kind ?? '', object);
  if (size.length > 0) return { findings: errors(size), version: undefined };
  // Both kinds have the same fields.
  const shape = validateJobTemplate({ ...object, kind: JOB_TEMPLATES.kind });
  const outer = [...objectNameErrors(object.kind ?? '', object), ...shape];
  if (outer.some(({ path }) => /^$|^(?:metadata|spec)$|^metadata\./.test(path))) {
    return { findings: errors(outer), version: undefined };
  }
  return checkContent(object as Template, outer);
}

function checkContent(template: Template, shape: readonly Pick<FieldError, 'path' | 'message'>[]): CheckedTemplate {
  const version = versionOfTemplate(template);
  const { compiled } = version;
  const found = shape.length > 0 ? compiled.errors : admissionErrors(template, version);
  const reported = new Set(found.map(({ path }) => path));
  const all = [...found, ...shape.filter(({ path }) => !reported.has(path))];
  const findings = errors(
    all,
    hidingFromAuthor(() => compiled),
  );
  if (all.length > 0) return { findings, version: undefined };
  return { findings: unusedParameterWarnings(compiled).map((text) => warning(text, 'parameters')), version };
}

/** What admission refuses without asking the API server. */
function admissionErrors(template: Template, { compiled }: TemplateVersion): FieldError[] {
  const { namespace = '' } = template.metadata;
  const sample = sampleJobOf({ template, compiled, trial: () => trialOf(compiled), namespace });
  return [
    ...sampleErrors(sample),
    ...fixedNameErrors(compiled),
    ...groupErrors(template),
    ...templateCallbackErrors(template, anyPolicyFor(receiverOfTemplate(template), namespace)),
  ];
}
