import { LRUCache } from 'lru-cache';
import type { JobRun } from '../../api/job-run.ts';
import { concurrencyOf } from '../../core/concurrency/concurrency-policy.ts';
import { templateKeyOfRun, templateKeyString, type TemplateKey } from '../../core/template/template-key.ts';
import type { TemplateVersion } from '../../core/template/template-version.ts';
import { KubeApiError, KubeConnectionError } from '../../kube/client/api-error.ts';
import type { CompiledTemplates } from '../../revisions/compiled-templates.ts';
import type { RevisionStore } from '../../revisions/revision-store.ts';
import type { TemplateLookup } from './template-lookup.ts';

/**
 * `present`: the template as it is now, if the run names another revision. `noRevision`: the template has revisions
 * (`known`, newest first), but not the one that the run names.
 */
export type TemplateResolution =
  | { kind: 'found'; template: TemplateVersion; present?: TemplateVersion }
  | { kind: 'missing' }
  | { kind: 'noRevision'; known: string[] }
  | { kind: 'unknown'; why: string };

export interface TemplateResolverOptions {
  lookup: Pick<TemplateLookup, 'cached' | 'findLive'>;
  revisions: Pick<RevisionStore, 'find' | 'list'>;
  compiled: CompiledTemplates;
  /** A monotonic clock, in milliseconds; for tests. */
  now?: () => number;
}

/** The validation of a run follows its mutation within this time, and uses what the mutation has read. */
const READ_MS = 1_000;
const MAX_READ = 1_000;

/** What identifies the content of a template that was read from the API server. */
interface Read {
  uid: string;
  generation: number;
  revision: string;
}

/** Resolves the template of a run: the revision that the run names, or the current template. */
export class TemplateResolver {
  readonly #options: TemplateResolverOptions;
  /** Templates that were read a moment ago. */
  readonly #read: LRUCache<string, Read>;

  constructor(options: TemplateResolverOptions) {
    this.#options = options;
    const { now } = options;
    this.#read = new LRUCache({ max: MAX_READ, ttl: READ_MS, ttlResolution: 0, ...(now && { perf: { now } }) });
  }

  /**
   * The template that the Job of this run is rendered from. A run that names a revision is also judged by the present
   * template, so that is read too, unless it was read a moment ago and the cache knows of no change since.
   */
  async resolve(run: JobRun, signal: AbortSignal): Promise<TemplateResolution> {
    const revision = run.spec.templateRevision;
    if (revision === undefined) return this.resolveCurrent(run, signal);
    const key = templateKeyOfRun(run);
    const known = this.#isPresent(key, revision) ? this.#options.compiled.find(key, revision) : undefined;
    if (known) return { kind: 'found', template: known };
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
    const { uid, generation } = template;
    this.#read.set(templateKeyString(template.key), { uid, generation, revision: template.compiled.revision });
    return { kind: 'found', template };
  }

  /** Whether the revision is the current one of the run's template, according to the cache. False if it is not known. */
  isCurrent(run: JobRun, revision: string): boolean {
    return this.#cached(templateKeyOfRun(run))?.compiled.revision === revision;
  }

  /** Whether the runs of this template have a limit, according to the cache. */
  hasConcurrency(run: JobRun): boolean {
    return concurrencyOf(this.#options.lookup.cached(templateKeyOfRun(run))) !== undefined;
  }

  async #resolveStored(run: JobRun, revision: string, signal: AbortSignal): Promise<TemplateResolution> {
    const { revisions } = this.#options;
    const key = templateKeyOfRun(run);
    const current = await this.resolveCurrent(run, signal);
    if (current.kind === 'missing') return current;
    // If the template cannot be read now, its last known state is better than none.
    const present = current.kind === 'found' ? current.template : this.#cached(key);
    if (present === undefined) return current;
    if (present.compiled.revision === revision) return { kind: 'found', template: present };
    const stored = await revisions.find(key, revision, { owner: present.uid, signal });
    if (stored !== undefined) return { kind: 'found', template: stored, present };
    const known =
      present.allowedRevisions === 'Present' ? [] : await revisions.list(key, { owner: present.uid, signal });
    return { kind: 'noRevision', known: Array.from(new Set([present.compiled.revision, ...known])) };
  }

  /** Whether this is the revision of the template that was read a moment ago. The cache must not know a newer one. */
  #isPresent(key: TemplateKey, revision: string): boolean {
    const read = this.#read.get(templateKeyString(key));
    const { uid, generation } = this.#options.lookup.cached(key)?.metadata ?? {};
    return read?.revision === revision && read.uid === uid && (generation ?? Infinity) <= read.generation;
  }

  #cached(key: TemplateKey): TemplateVersion | undefined {
    const outline = this.#options.lookup.cached(key);
    return outline && this.#options.compiled.known(outline);
  }
}
