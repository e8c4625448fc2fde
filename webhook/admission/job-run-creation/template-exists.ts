import { missingTemplatePolicy } from '../../../core/template/missing-template.ts';
import { templateNotFound } from '../../../core/template/template-reference.ts';
import type { TemplateVersion } from '../../../core/template/template-version.ts';
import type { Check, Findings } from '../run-checks.ts';
import type { JobRunCreation, JobRunCreationOptions } from './job-run-creation.ts';
import { revisionNotFound } from './revision-not-found.ts';

type Options = Pick<JobRunCreationOptions, 'lookup' | 'missingTemplate'>;

/** The template exists, at the revision that the JobRun names. */
export function templateExists(options: Options): Check<JobRunCreation> {
  return async (creation) => {
    const found = await creation.template();
    const { kind, name } = creation.key();
    switch (found.kind) {
      case 'found':
        return { audit: auditOf(creation, found.template) };
      case 'missing':
        return { ...missing(creation, options), audit: auditOf(creation) };
      case 'noRevision':
        return { errors: [revisionNotFound(creation, found.known)] };
      case 'unknown':
        return { warnings: [`${kind} "${name}" could not be looked up: ${found.why}`], audit: auditOf(creation) };
    }
  };
}

function missing({ run, key }: JobRunCreation, { lookup, missingTemplate }: Options): Findings {
  const { policy } = missingTemplatePolicy(run, missingTemplate);
  const { kind, name } = key();
  // Only a template that existed can have a revision: the JobRun has nothing to wait for.
  if (policy === 'Reject' || run.spec.templateRevision !== undefined) {
    return { errors: [templateNotFound(run, lookup.names(key()))] };
  }
  const then = policy === 'Wait' ? 'this JobRun waits for it' : 'this JobRun fails unless the template appears shortly';
  return { warnings: [`${kind} "${name}" does not exist: ${then}`] };
}

function auditOf({ run, key }: JobRunCreation, template?: TemplateVersion): Record<string, string> {
  const { kind, name } = key();
  const revision = run.spec.templateRevision ?? template?.compiled.revision;
  return { template: `${kind}/${name}`, ...(revision !== undefined && { 'template-revision': revision }) };
}
