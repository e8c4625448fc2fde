import type { JobRun } from '../../api/job-run.ts';
import { templateKeyOfRun, type TemplateKey } from '../../core/template/template-key.ts';
import type { TemplateVersion } from '../../core/template/template-version.ts';
import { KubeApiError, KubeConnectionError } from '../../kube/client/api-error.ts';
import type { CompiledTemplates } from '../../revisions/compiled-templates.ts';
import type { RevisionStore } from '../../revisions/revision-store.ts';
import type { TemplateLookup } from './template-lookup.ts';

/** `noRevision`: there are revisions of the template, `known` (newest first), but not the one that the run names. */
export type TemplateOfRun =
  | { kind: 'found'; template: TemplateVersion }
  | { kind: 'missing' }
  | { kind: 'noRevision'; known: string[] }
  | { kind: 'unknown'; why: string };

/** The content that a run is about: that of the revision it names, or the template's as it is. */
export class TemplatesOfRuns {
  readonly #templates: TemplateLookup;
  readonly #revisions: Pick<RevisionStore, 'find' | 'list'>;
  readonly #compiled: CompiledTemplates;

  constructor(templates: TemplateLookup, revisions: Pick<RevisionStore, 'find' | 'list'>, compiled: CompiledTemplates) {
    this.#templates = templates;
    this.#revisions = revisions;
    this.#compiled = compiled;
  }

  /** The template as the API server has it now, whatever revision the run names. */
  async present(run: JobRun, signal: AbortSignal): Promise<TemplateOfRun> {
    const key = templateKeyOfRun(run);
    const found = await this.#templates.findLive(key, signal);
    if (found.kind === 'missing' || found.kind === 'unknown') return found;
    const template = this.#compiled.ofTemplate(found.template);
    // The validation of a run comes right after the mutation that found this.
    this.#compiled.remember(template);
    return { kind: 'found', template };
  }

  /** Whether this is the template's present revision, as far as the cache knows. */
  isPresent(run: JobRun, revision: string): boolean {
    const template = this.#templates.cached(templateKeyOfRun(run));
    return template !== undefined && this.#compiled.ofTemplate(template).compiled.revision === revision;
  }

  /** What the Job of this run is to be made of. */
  async find(run: JobRun, signal: AbortSignal): Promise<TemplateOfRun> {
    const revision = run.spec.templateRevision;
    if (revision === undefined) return this.present(run, signal);
    const key = templateKeyOfRun(run);
    const seen = this.#compiled.find(key, revision) ?? this.#cached(key);
    if (seen?.compiled.revision === revision) return { kind: 'found', template: seen };
    try {
      return await this.#findStored(run, revision, signal);
    } catch (error) {
      if (signal.aborted) return { kind: 'unknown', why: 'the API server took too long to answer' };
      if (error instanceof KubeApiError || error instanceof KubeConnectionError) {
        return { kind: 'unknown', why: error.message };
      }
      throw error;
    }
  }

  async #findStored(run: JobRun, revision: string, signal: AbortSignal): Promise<TemplateOfRun> {
    const key = templateKeyOfRun(run);
    const [present, stored] = await Promise.all([
      this.present(run, signal),
      this.#revisions.find(key, revision, { signal }),
    ]);
    if (present.kind === 'found' && present.template.compiled.revision === revision) return present;
    if (stored !== undefined) return { kind: 'found', template: stored };
    if (present.kind !== 'found') return present;
    const known = await this.#revisions.list(key, { signal });
    return { kind: 'noRevision', known: Array.from(new Set([present.template.compiled.revision, ...known])) };
  }

  #cached(key: TemplateKey): TemplateVersion | undefined {
    const template = this.#templates.cached(key);
    return template && this.#compiled.ofTemplate(template);
  }
}
