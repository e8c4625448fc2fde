import type { JobRun } from '../../api/job-run.ts';
import type { KubeObject } from '../../api/wire.ts';
import { anyPolicyFor } from '../../core/callback/any-policy.ts';
import { callbackErrors, callbackWarnings } from '../../core/callback/callback-errors.ts';
import { receiverOf } from '../../core/callback/receiver.ts';
import type { FieldError } from '../../core/errors/field-error.ts';
import { objectSizeErrors } from '../../core/errors/object-size.ts';
import { objectNameErrors } from '../../core/job/object-name-errors.ts';
import { render } from '../../core/job/render.ts';
import { hidingFromCreator } from '../../core/job/secret-values.ts';
import { presentErrors } from '../../core/run/present-template.ts';
import { rerunOfErrors } from '../../core/run/rerun-of.ts';
import { runShapeErrors } from '../../core/run/run-shape.ts';
import { missingTemplatePolicy } from '../../core/template/missing-template.ts';
import type { TemplateVersion } from '../../core/template/template-version.ts';
import { errors, warning } from './finding.ts';
import type { Finding } from './finding.ts';

/** The shape of a run alone. With errors, nothing else of it can be checked. */
export function checkShape(object: KubeObject): Finding[] {
  const size = objectSizeErrors(object.kind ?? '', object);
  return errors(size.length > 0 ? size : [...objectNameErrors(object.kind ?? '', object), ...runShapeErrors(object)]);
}

/** What admission refuses without asking the API server, of a run whose shape is right. */
export function checkRun(run: JobRun, template: TemplateVersion | undefined): Finding[] {
  const { error } = missingTemplatePolicy(run, 'Reject');
  const policy = anyPolicyFor(receiverOf(run), run.metadata.namespace);
  const own = [...(error ? [error] : []), ...rerunOfErrors(run), ...callbackErrors(run, policy)];
  const hide = hidingFromCreator(template?.compiled, run);
  const found = [...own, ...(template ? templateErrors(run, template) : [])];
  return [...errors(found, hide), ...callbackWarnings(run).map(atItsField)];
}

/** An older revision is not in the files: then only what every revision refuses is known. */
function templateErrors(run: JobRun, template: TemplateVersion): readonly FieldError[] {
  if (namesOlderRevision(run, template)) return presentErrors(template, run, undefined);
  const rendered = render(template.compiled, run);
  return 'errors' in rendered ? rendered.errors : [];
}

/** Whether the run names another revision than the one in the files. */
export function namesOlderRevision({ spec }: JobRun, { compiled }: TemplateVersion): boolean {
  return spec.templateRevision !== undefined && spec.templateRevision !== compiled.revision;
}

/** A warning of admission begins with its field. */
function atItsField(text: string): Finding {
  const end = text.indexOf(': ');
  return warning(text.slice(end + 2), text.slice(0, end));
}
