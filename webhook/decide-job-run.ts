import { isDeepStrictEqual } from 'node:util';
import type { AdmissionRequest } from '../api/admission-review.ts';
import type { JobRun } from '../api/job-run.ts';
import type { JobTemplate } from '../api/job-template.ts';
import type { MissingTemplatePolicy } from '../api/names.ts';
import { validateJobRun } from '../api/validators.ts';
import type { FieldError } from '../core/field-error.ts';
import { missingTemplatePolicy } from '../core/missing-template.ts';
import { render } from '../core/render.ts';
import { asRunErrors, templateNotFound, validateTemplateRef } from '../core/validate-job-run.ts';
import type { KubeClient } from '../kube/client.ts';
import { dryRunJob } from './dry-run.ts';
import type { TemplateLookup } from './template-lookup.ts';
import { allow, denyForbidden, denyInvalid, type Verdict } from './verdict.ts';

export interface JobRunDeciderOptions {
  client: Pick<KubeClient, 'create'>;
  templates: TemplateLookup;
  /** For runs that do not say otherwise. */
  missingTemplate: MissingTemplatePolicy;
}

/** All that was found out about a run; forbidden is why a rule of the namespace stands against it. */
interface Findings {
  errors: FieldError[];
  warnings: string[];
  forbidden?: string;
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

  /** @param signal ends the asking; the run is then admitted with a warning. */
  async decide(request: AdmissionRequest, signal: AbortSignal): Promise<Verdict> {
    if (request.operation === 'UPDATE') return decideUpdate(request);
    const errors = shapeErrors(request.object);
    if (errors.length > 0) return denyInvalid(request, errors);
    const run = inNamespace(request.object as JobRun, request.namespace);
    const policy = missingTemplatePolicy(run, this.#options.missingTemplate);
    const findings = await this.#inspect(run, policy.policy, signal);
    const all = [...(policy.error === undefined ? [] : [policy.error]), ...findings.errors];
    if (all.length > 0) return denyInvalid(request, all, findings.warnings);
    return findings.forbidden === undefined ? allow(findings.warnings) : denyForbidden(request, findings.forbidden);
  }

  async #inspect(run: JobRun, policy: MissingTemplatePolicy, signal: AbortSignal): Promise<Findings> {
    const { templates } = this.#options;
    const namespace = run.metadata.namespace ?? '';
    const name = run.spec.templateRef;
    const found = await templates.find(namespace, name, signal);
    if (found.kind === 'missing') return this.#missing(run, policy);
    if (found.kind === 'unknown') return unchecked(`JobTemplate "${name}" could not be looked up: ${found.why}`);
    const findings = await this.#tryOut(found.template, run, signal);
    if (found.kind === 'live' || !isRefusal(findings)) return findings;
    const now = await templates.findLive(namespace, name, signal);
    if (now.kind === 'missing') return this.#missing(run, policy);
    if (now.kind !== 'live' || isSame(now.template, found.template)) return findings;
    return this.#tryOut(now.template, run, signal);
  }

  #missing(run: JobRun, policy: MissingTemplatePolicy): Findings {
    const error = templateNotFound(run, this.#options.templates.names(run.metadata.namespace ?? ''));
    if (policy === 'Reject') return { errors: [error], warnings: [] };
    const then = policy === 'Wait' ? 'this JobRun waits for it' : 'this JobRun fails unless it is there in a moment';
    return { errors: [], warnings: [`JobTemplate "${run.spec.templateRef}" does not exist: ${then}`] };
  }

  async #tryOut(template: JobTemplate, run: JobRun, signal: AbortSignal): Promise<Findings> {
    const rendered = render(template, run);
    if ('errors' in rendered) return { ...NOTHING, errors: asRunErrors(rendered.errors, run, template) };
    const outcome = await dryRunJob(this.#options.client, rendered.job, signal);
    switch (outcome.kind) {
      case 'accepted':
        return { ...NOTHING, warnings: outcome.warnings };
      case 'invalid':
        return { ...NOTHING, errors: asRunErrors(outcome.errors, run, template) };
      case 'forbidden':
        return { ...NOTHING, forbidden: `its Job would be refused: ${outcome.message}` };
      case 'unknown':
        return unchecked(`the Job of this JobRun could not be checked: ${outcome.why}`);
    }
  }
}

/** The CRD lets no spec change; this holds without it. Anything else of a JobRun may change, its template gone or not. */
function decideUpdate(request: AdmissionRequest): Verdict {
  const run = request.object as JobRun;
  const before = request.oldObject as JobRun | null | undefined;
  if (run.metadata.deletionTimestamp !== undefined || isDeepStrictEqual(run.spec, before?.spec)) return allow();
  const message =
    'spec is immutable: a JobRun runs once, as it was created; create another JobRun with a name of its own';
  return denyInvalid(request, [{ path: 'spec', reason: 'FieldValueForbidden', message: `Forbidden: ${message}` }]);
}

function shapeErrors(object: unknown): FieldError[] {
  const others = validateJobRun(object).filter(({ path }) => path !== 'spec.templateRef');
  const hasSpec = !others.some(({ path }) => path === '' || path === 'spec');
  return hasSpec ? [...validateTemplateRef(object as JobRun), ...others] : others;
}

function inNamespace(run: JobRun, namespace: string | undefined): JobRun {
  return namespace === undefined ? run : { ...run, metadata: { ...run.metadata, namespace } };
}

function isRefusal({ errors, forbidden }: Findings): boolean {
  return errors.length > 0 || forbidden !== undefined;
}

function isSame(a: JobTemplate, b: JobTemplate): boolean {
  return a.metadata.uid === b.metadata.uid && a.metadata.resourceVersion === b.metadata.resourceVersion;
}

const unchecked = (warning: string): Findings => ({ ...NOTHING, warnings: [warning] });
