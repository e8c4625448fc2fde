import type { JobRun } from '../../api/job-run.ts';
import type { Template } from '../../api/job-template.ts';
import { templateKeyOfRun, templateKeyString, type TemplateKey } from '../../core/template/template-key.ts';
import { templateRevision } from '../../core/template/template-revision.ts';
import { KubeApiError, KubeConnectionError } from '../../kube/client/api-error.ts';
import type { RevisionStore } from '../../revisions/revision-store.ts';
import { Remembered } from './remembered.ts';
import type { TemplateLookup } from './template-lookup.ts';

/** `noRevision`: there are revisions of the template, `known` (newest first), but not the one that the run names. */
export type TemplateOfRun =
  | { kind: 'found'; template: Template }
  | { kind: 'missing' }
  | { kind: 'noRevision'; known: string[] }
  | { kind: 'unknown'; why: string };

const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 500;

/** The content that a run is about: that of the revision it names, or the template's as it is. */
export class TemplatesOfRuns {
  readonly #templates: TemplateLookup;
  readonly #revisions: Pick<RevisionStore, 'find' | 'list'>;
  /** A revision's content never changes. The validation of a run comes right after the mutation that found it. */
  readonly #seen = new Remembered<Template>({ forMs: REMEMBERED_MS, most: MOST_REMEMBERED });

  constructor(templates: TemplateLookup, revisions: Pick<RevisionStore, 'find' | 'list'>) {
    this.#templates = templates;
    this.#revisions = revisions;
  }

  /** The template as the API server has it now, whatever revision the run names. */
  async present(run: JobRun, signal: AbortSignal): Promise<TemplateOfRun> {
    const key = templateKeyOfRun(run);
    const found = await this.#templates.findLive(key, signal);
    if (found.kind === 'missing' || found.kind === 'unknown') return found;
    const template = this.#known(key, found.template);
    return { kind: 'found', template };
  }

  /** Whether this is the template's present revision, as far as the cache knows. */
  isPresent(run: JobRun, revision: string): boolean {
    const template = this.#templates.cached(templateKeyOfRun(run));
    return template !== undefined && templateRevision(template) === revision;
  }

  /** What the Job of this run is to be made of. */
  async find(run: JobRun, signal: AbortSignal): Promise<TemplateOfRun> {
    const revision = run.spec.templateRevision;
    if (revision === undefined) return this.present(run, signal);
    const key = templateKeyOfRun(run);
    const seen = this.#seen.get(idOf(key, revision)) ?? this.#templates.cached(key);
    if (seen && templateRevision(seen) === revision) return { kind: 'found', template: seen };
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
    if (present.kind === 'found' && templateRevision(present.template) === revision) return present;
    if (stored !== undefined) return { kind: 'found', template: stored };
    if (present.kind !== 'found') return present;
    const known = await this.#revisions.list(key, { signal });
    return { kind: 'noRevision', known: Array.from(new Set([templateRevision(present.template), ...known])) };
  }

  /** The same object for the same revision, so that what was worked out for it is found again. */
  #known(key: TemplateKey, template: Template): Template {
    const id = idOf(key, templateRevision(template));
    const seen = this.#seen.get(id);
    const isSame =
      seen?.metadata.uid === template.metadata.uid && seen?.metadata.generation === template.metadata.generation;
    const kept = seen !== undefined && isSame ? seen : template;
    this.#seen.put(id, kept);
    return kept;
  }
}

function idOf(key: TemplateKey, revision: string): string {
  return `${templateKeyString(key)}@${revision}`;
}
