import type { JobRun } from '../../api/job-run.ts';
import { templateKeyOfRun, type TemplateKey } from '../../core/template/template-key.ts';
import type { TemplateVersion } from '../../core/template/template-version.ts';
import { KubeApiError, KubeConnectionError } from '../../kube/client/api-error.ts';
import type { CompiledTemplates } from '../../revisions/compiled-templates.ts';
import type { RevisionStore } from '../../revisions/revision-store.ts';
import type { TemplateLookup } from './template-lookup.ts';

/** `noRevision`: the template has revisions (`known`, newest first), but not the one that the run names. */
export type TemplateResolution =
  | { kind: 'found'; template: TemplateVersion }
  | { kind: 'missing' }
  | { kind: 'noRevision'; known: string[] }
  | { kind: 'unknown'; why: string };

export interface TemplateResolverOptions {
  lookup: Pick<TemplateLookup, 'cached' | 'findLive'>;
  revisions: Pick<RevisionStore, 'find' | 'list'>;
  compiled: CompiledTemplates;
}

/** Resolves the template of a run: the revision that the run names, or the current template. */
export class TemplateResolver {
  readonly #options: TemplateResolverOptions;

  constructor(options: TemplateResolverOptions) {
    this.#options = options;
  }

  /** The template that the Job of this run is rendered from. */
  async resolve(run: JobRun, signal: AbortSignal): Promise<TemplateResolution> {
    const revision = run.spec.templateRevision;
    if (revision === undefined) return this.resolveCurrent(run, signal);
    const key = templateKeyOfRun(run);
    const known = this.#options.compiled.find(key, revision) ?? this.#cached(key);
    if (known?.compiled.revision === revision) return { kind: 'found', template: known };
    try {
      return await this.#resolveStored(run, revision, signal);
    } catch (error) {
      if (signal.aborted) return { kind: 'unknown', why: 'the API server took too long to answer' };
      if (error instanceof KubeApiError || error instanceof KubeConnectionError) {
        return { kind: 'unknown', why: error.message };
      }
      throw error;
    }
  }

  /** The template as it is in the API server now, whatever revision the run names. */
  async resolveCurrent(run: JobRun, signal: AbortSignal): Promise<TemplateResolution> {
    const { lookup, compiled } = this.#options;
    const found = await lookup.findLive(templateKeyOfRun(run), signal);
    if (found.kind === 'missing' || found.kind === 'unknown') return found;
    const template = compiled.ofTemplate(found.template);
    // The validation of this run follows its mutation, and finds the template here.
    compiled.remember(template);
    return { kind: 'found', template };
  }

  /** Whether the revision is the current one of the run's template, according to the cache. */
  isCurrent(run: JobRun, revision: string): boolean {
    return this.#cached(templateKeyOfRun(run))?.compiled.revision === revision;
  }

  async #resolveStored(run: JobRun, revision: string, signal: AbortSignal): Promise<TemplateResolution> {
    const { revisions } = this.#options;
    const key = templateKeyOfRun(run);
    const [current, stored] = await Promise.all([
      this.resolveCurrent(run, signal),
      revisions.find(key, revision, { signal }),
    ]);
    if (current.kind === 'found' && current.template.compiled.revision === revision) return current;
    if (stored !== undefined) return { kind: 'found', template: stored };
    if (current.kind !== 'found') return current;
    const known = await revisions.list(key, { signal });
    return { kind: 'noRevision', known: Array.from(new Set([current.template.compiled.revision, ...known])) };
  }

  #cached(key: TemplateKey): TemplateVersion | undefined {
    const template = this.#options.lookup.cached(key);
    return template && this.#options.compiled.ofTemplate(template);
  }
}
