import type { JobRun } from '../../api/job-run.ts';
import type { Template } from '../../api/job-template.ts';
import { REASON_REVISION_NOT_FOUND, REASON_TEMPLATE_DELETED } from '../../api/names.ts';
import type { ControllerRevision } from '../../api/wire.ts';
import type { TemplateResolution } from '../../core/run/situation.ts';
import { isUnjudged } from '../../core/run/present-template.ts';
import { controllerRevisionName, revisionNamespace } from '../../core/template/controller-revision.ts';
import type { TemplateOutline } from '../../core/template/outline.ts';
import { templateKeyOfRun, type TemplateKey } from '../../core/template/template-key.ts';
import type { TemplateVersion } from '../../core/template/template-version.ts';
import type { ObjectCache } from '../../kube/watch/cache.ts';
import type { CompiledTemplates } from '../../revisions/compiled-templates.ts';
import type { FindOptions, RevisionStore } from '../../revisions/revision-store.ts';
import type { Cluster } from './cluster.ts';

export interface TemplateCaches {
  templates: Pick<ObjectCache<TemplateOutline>, 'get'>;
  clusterTemplates: Pick<ObjectCache<TemplateOutline>, 'get'>;
  /** Outlines. */
  revisions: Pick<ObjectCache<ControllerRevision>, 'get'>;
}

export interface TemplateResolverOptions {
  caches: TemplateCaches;
  cluster: Pick<Cluster, 'getTemplate'>;
  store: Pick<RevisionStore, 'find'>;
  compiled: Pick<CompiledTemplates, 'known' | 'ofTemplate' | 'ofRevision'>;
  /** The namespace of the revisions of ClusterJobTemplates. */
  clusterNamespace: string;
  /** False if JobRuns are also stored while no webhook answers; see {@link isUnjudged}. */
  trustsAdmission: boolean;
}

/** Finds what the Job of a run is rendered from: exactly the revision that was admitted. */
export class TemplateResolver {
  readonly #options: TemplateResolverOptions;

  constructor(options: TemplateResolverOptions) {
    this.#options = options;
  }

  /** The outline of the current template in the cache. */
  outline({ kind, namespace, name }: TemplateKey): TemplateOutline | undefined {
    const { templates, clusterTemplates } = this.#options.caches;
    return kind === 'ClusterJobTemplate' ? clusterTemplates.get(undefined, name) : templates.get(namespace, name);
  }

  /** The current template: as it was compiled before, or else from the API server. */
  async current(key: TemplateKey): Promise<TemplateVersion | undefined> {
    const outline = this.outline(key);
    return (outline && this.#options.compiled.known(outline)) ?? this.#readCurrent(key);
  }

  /** Whether the run has to be judged by the template as it is now: then {@link read} it, as the caches may be late. */
  mustRead(run: JobRun): boolean {
    return isUnjudged(run, this.#options.trustsAdmission);
  }

  /**
   * The revision that the run names, or the current template if it names none; absent if it is not stored compiled. While
   * the template exists, it must be the owner of the revision: otherwise somebody else may have written that.
   */
  cached(run: JobRun): TemplateVersion | undefined {
    const key = templateKeyOfRun(run);
    const revision = run.spec.templateRevision;
    const outline = this.outline(key);
    const current = outline && this.#options.compiled.known(outline);
    if (revision === undefined || current?.compiled.revision === revision) return current;
    const { caches, clusterNamespace, compiled } = this.#options;
    const name = controllerRevisionName(key, revision);
    const stored = caches.revisions.get(revisionNamespace(key, clusterNamespace), name);
    const version = stored && compiled.ofRevision(stored);
    return outline === undefined || version?.owner === outline.metadata.uid ? version : undefined;
  }

  /** The same, read from the API server. A run whose revision no longer exists is `lost`: no other revision replaces it. */
  async read(run: JobRun): Promise<TemplateResolution> {
    const key = templateKeyOfRun(run);
    const revision = run.spec.templateRevision;
    const current = await this.#readCurrent(key);
    if (revision === undefined) return current ? { kind: 'found', template: current } : { kind: 'missing' };
    if (current?.compiled.revision === revision) return { kind: 'found', template: current };
    const judged = this.mustRead(run);
    // A run that was admitted still runs after its template was deleted, as long as its revision is stored.
    const stored = current || !judged ? await this.#options.store.find(key, revision, ownedBy(current)) : undefined;
    if (stored) return { kind: 'found', template: stored, ...(judged && { present: current }) };
    return lost(key, revision, current);
  }

  async #readCurrent(key: TemplateKey): Promise<TemplateVersion | undefined> {
    return this.#versionOf(await this.#options.cluster.getTemplate(key));
  }

  #versionOf(template: Template | undefined): TemplateVersion | undefined {
    return template && this.#options.compiled.ofTemplate(template);
  }
}

function ownedBy(template: TemplateVersion | undefined): FindOptions {
  return template ? { owner: template.uid } : {};
}

function lost(key: TemplateKey, revision: string, current: TemplateVersion | undefined): TemplateResolution {
  const template = `${key.kind} "${key.name}"`;
  if (current) {
    const message = `${template} no longer has the revision "${revision}"; create the JobRun again`;
    return { kind: 'lost', reason: REASON_REVISION_NOT_FOUND, message };
  }
  const message = `${template} was deleted, and its revision "${revision}" with it, before this JobRun got its Job`;
  return { kind: 'lost', reason: REASON_TEMPLATE_DELETED, message };
}
