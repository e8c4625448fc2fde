import type { AdmissionRequest } from '../../api/admission-review.ts';
import type { JobRun } from '../../api/job-run.ts';
import type { MissingTemplatePolicy } from '../../api/names.ts';
import { validateJobRun } from '../../api/validators.ts';
import type { FieldError } from '../../core/errors/field-error.ts';
import { missingTemplatePolicy } from '../../core/template/missing-template.ts';
import { render } from '../../core/job/render.ts';
import { templateKeyOfRun } from '../../core/template/template-key.ts';
import type { TemplateVersion } from '../../core/template/template-version.ts';
import {
  asRunErrors,
  asTemplateErrors,
  templateNotFound,
  validateTemplateRef,
} from '../../core/template/template-reference.ts';
import type { RevisionStore } from '../../revisions/revision-store.ts';
import type { Authorization } from '../lookups/authorization.ts';
import { decideJobRunUpdate } from './decide-job-run-update.ts';
import type { DryRunVerdicts } from '../lookups/dry-run-verdicts.ts';
import { inNamespace } from './in-namespace.ts';
import type { MissingReferences } from '../lookups/missing-references.ts';
import { requesterErrors } from './requester.ts';
import { revisionNotFound } from './revision-not-found.ts';
import type { TemplateLookup } from '../lookups/template-lookup.ts';
import type { TemplateResolver } from '../lookups/template-resolver.ts';
import { allow, denyForbidden, denyInvalid, type Verdict } from './verdict.ts';

export interface JobRunDeciderOptions {
  lookup: Pick<TemplateLookup, 'names'>;
  templates: Pick<TemplateResolver, 'resolve' | 'isCurrent'>;
  revisions: Pick<RevisionStore, 'list' | 'touch'>;
  authorization: Authorization;
  dryRuns: Pick<DryRunVerdicts, 'try'>;
  references: Pick<MissingReferences, 'warnings'>;
  /** For runs that do not say otherwise. */
  missingTemplate: MissingTemplatePolicy;
}

/** All that was found out about a run; forbidden is why a rule of the namespace stands against it. */
interface Findings {
  errors: FieldError[];
  warnings: string[];
  forbidden?: string;
  template?: TemplateVersion;
}

const NOTHING: Findings = { errors: [], warnings: [] };

/**
 * Denies JobRuns of which no Job could come, with every reason at once, and only on what the API server itself says at
 * that moment. What cannot be found out in time is admitted with a warning: the syncer checks again.
 */
export class JobRunDecider {
  readonly #options: JobRunDeciderOptions;

  constructor(options: JobRunDeciderOptions) {
    this.#options = options;
  }

  /** @param signal ends the asking; the run is then admitted with a warning, unless its permission is not known yet. */
  async decide(request: AdmissionRequest, signal: AbortSignal): Promise<Verdict> {
    if (request.operation === 'UPDATE') return decideJobRunUpdate(request, this.#options, signal);
    const errors = shapeErrors(request.object);
    if (errors.length > 0) return denyInvalid(request, errors);
    const run = inNamespace(request.object as JobRun, request.namespace);
    const policy = missingTemplatePolicy(run, this.#options.missingTemplate);
    const [refusal, findings] = await Promise.all([
      this.#options.authorization.refusalOfCreate(request, run, signal),
      this.#inspect(run, policy.policy, signal),
    ]);
    // Whoever may not use a template learns nothing of it, not even whether it exists.
    if (refusal !== undefined) return denyForbidden(request, refusal);
    const all = [
      ...(policy.error === undefined ? [] : [policy.error]),
      ...requesterErrors(request),
      ...findings.errors,
    ];
    if (all.length > 0) return denyInvalid(request, all, findings.warnings);
    if (findings.forbidden !== undefined) return denyForbidden(request, findings.forbidden);
    const touched = await this.#touch(request, run, signal);
    if (touched.errors.length > 0) return denyInvalid(request, touched.errors, findings.warnings);
    return { ...allow([...findings.warnings, ...touched.warnings]), audit: auditOf(run, findings.template) };
  }

  async #inspect(run: JobRun, policy: MissingTemplatePolicy, signal: AbortSignal): Promise<Findings> {
    const { kind, name } = templateKeyOfRun(run);
    const found = await this.#options.templates.resolve(run, signal);
    switch (found.kind) {
      case 'missing':
        return this.#missing(run, policy);
      case 'unknown':
        return unchecked(`${kind} "${name}" could not be looked up: ${found.why}`);
      case 'noRevision':
        return { ...NOTHING, errors: [revisionNotFound(run, found.known)] };
      case 'found':
        return { ...(await this.#tryOut(found.template, run, signal)), template: found.template };
    }
  }

  #missing(run: JobRun, policy: MissingTemplatePolicy): Findings {
    const key = templateKeyOfRun(run);
    // A revision can only be of a template that was there: there is nothing to wait for.
    if (policy === 'Reject' || run.spec.templateRevision !== undefined) {
      return { ...NOTHING, errors: [templateNotFound(run, this.#options.lookup.names(key))] };
    }
    const then = policy === 'Wait' ? 'this JobRun waits for it' : 'this JobRun fails unless it is there in a moment';
    return { ...NOTHING, warnings: [`${key.kind} "${key.name}" does not exist: ${then}`] };
  }

  async #tryOut(template: TemplateVersion, run: JobRun, signal: AbortSignal): Promise<Findings> {
    const rendered = render(template.compiled, run);
    if ('errors' in rendered) {
      const { errors, of } = rendered;
      return { ...NOTHING, errors: of === 'run' ? [...errors] : asTemplateErrors(errors, run) };
    }
    const [outcome, missing] = await Promise.all([
      this.#options.dryRuns.try(rendered.job, signal),
      this.#options.references.warnings(rendered.job, signal),
    ]);
    switch (outcome.kind) {
      case 'accepted':
        return { ...NOTHING, warnings: [...outcome.warnings, ...missing] };
      case 'invalid':
        return { ...NOTHING, errors: asRunErrors(outcome.errors, run, template.compiled) };
      case 'forbidden':
        return { ...NOTHING, forbidden: `its Job would be refused: ${outcome.message}` };
      case 'unknown':
        return { ...NOTHING, warnings: [`the Job of this JobRun could not be checked: ${outcome.why}`, ...missing] };
    }
  }

  /**
   * A revision that may be an old one is marked as used, so that it is still there when the syncer comes to the run. One
   * that was removed a moment ago is an error after all. Where it cannot be marked, the run is as good without it.
   */
  async #touch(request: AdmissionRequest, run: JobRun, signal: AbortSignal): Promise<Findings> {
    const revision = run.spec.templateRevision;
    const { templates, revisions } = this.#options;
    if (revision === undefined || request.dryRun === true || templates.isCurrent(run, revision)) return NOTHING;
    const key = templateKeyOfRun(run);
    try {
      if (await revisions.touch(key, revision, { signal })) return NOTHING;
      return { ...NOTHING, errors: [revisionNotFound(run, await revisions.list(key, { signal }))] };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return unchecked(`the revision that this JobRun names could not be marked as used: ${why}`);
    }
  }
}

function auditOf(run: JobRun, template: TemplateVersion | undefined): Record<string, string> {
  const { kind, name } = templateKeyOfRun(run);
  const revision = run.spec.templateRevision ?? template?.compiled.revision;
  return { template: `${kind}/${name}`, ...(revision !== undefined && { 'template-revision': revision }) };
}

function shapeErrors(object: unknown): FieldError[] {
  const others = validateJobRun(object).filter(({ path }) => path !== 'spec.templateRef');
  const hasSpec = !others.some(({ path }) => path === '' || path === 'spec');
  return hasSpec ? [...validateTemplateRef(object as JobRun), ...others] : others;
}

const unchecked = (warning: string): Findings => ({ ...NOTHING, warnings: [warning] });
