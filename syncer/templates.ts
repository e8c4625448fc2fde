import type { JobRun } from '../api/job-run.ts';
import type { ClusterJobTemplate, JobTemplate, Template } from '../api/job-template.ts';
import { REASON_REVISION_NOT_FOUND, REASON_TEMPLATE_DELETED } from '../api/names.ts';
import type { ControllerRevision } from '../api/wire.ts';
import { controllerRevisionName, revisionNamespace } from '../core/template/controller-revision.ts';
import type { Observation } from '../core/job/job-run-status.ts';
import { templateKeyOfRun, type TemplateKey } from '../core/template/template-key.ts';
import type { TemplateVersion } from '../core/template/template-version.ts';
import type { ObjectCache } from '../kube/watch/cache.ts';
import type { CompiledTemplates } from '../revisions/compiled-templates.ts';
import type { RevisionStore } from '../revisions/revision-store.ts';
import type { Cluster } from './cluster.ts';

export interface TemplateCaches {
  templates: ObjectCache<JobTemplate>;
  clusterTemplates: ObjectCache<ClusterJobTemplate>;
  revisions: ObjectCache<ControllerRevision>;
}

/** `missing`: a run that is pinned to nothing, whose template does not exist. */
export type TemplateOfRun =
  | { kind: 'found'; template: TemplateVersion }
  | { kind: 'missing' }
  | { kind: 'lost'; observation: Extract<Observation, { kind: 'failed' }> };

export interface TemplatesOptions extends TemplateCaches {
  cluster: Pick<Cluster, 'getTemplate'>;
  store: Pick<RevisionStore, 'find'>;
  compiled: Pick<CompiledTemplates, 'ofTemplate' | 'ofRevision'>;
  /** Where the revisions of ClusterJobTemplates live. */
  clusterNamespace: string;
  /** Told before the last look for a template that the cache does not have. */
  onWait: (run: JobRun) => void;
}

/** What the Jobs of runs are made of: what was admitted, and nothing else. */
export class Templates {
  readonly #options: TemplatesOptions;

  constructor(options: TemplatesOptions) {
    this.#options = options;
  }

  /** A template as the cache has it. */
  present({ kind, namespace, name }: TemplateKey): TemplateVersion | undefined {
    const { templates, clusterTemplates } = this.#options;
    const template =
      kind === 'ClusterJobTemplate' ? clusterTemplates.get(undefined, name) : templates.get(namespace, name);
    return this.#versionOf(template);
  }

  #versionOf(template: Template | undefined): TemplateVersion | undefined {
    return template && this.#options.compiled.ofTemplate(template);
  }

  /** The content that a run is pinned to, as far as the caches have it; of one that is not pinned, the template as it is. */
  known(run: JobRun): TemplateVersion | undefined {
    const key = templateKeyOfRun(run);
    const revision = run.spec.templateRevision;
    const present = this.present(key);
    if (revision === undefined || present?.compiled.revision === revision) return present;
    const { revisions, clusterNamespace } = this.#options;
    const name = controllerRevisionName(key, revision);
    const stored = revisions.get(revisionNamespace(key, clusterNamespace), name);
    return stored && this.#options.compiled.ofRevision(stored);
  }

  /**
   * The same, asking the API server for what the caches do not have. A pinned run whose content is nowhere any more is
   * `lost`: it is not made from anything else.
   */
  async find(run: JobRun): Promise<TemplateOfRun> {
    const known = this.known(run);
    if (known) return { kind: 'found', template: known };
    const revision = run.spec.templateRevision;
    return revision === undefined ? this.#findPresent(run) : this.#findRevision(run, revision);
  }

  async #findPresent(run: JobRun): Promise<TemplateOfRun> {
    const key = templateKeyOfRun(run);
    this.#options.onWait(run);
    const template = this.#versionOf(await this.#options.cluster.getTemplate(key));
    return template ? { kind: 'found', template } : { kind: 'missing' };
  }

  async #findRevision(run: JobRun, revision: string): Promise<TemplateOfRun> {
    const key = templateKeyOfRun(run);
    const stored = await this.#options.store.find(key, revision);
    if (stored) return { kind: 'found', template: stored };
    const present = this.#versionOf(await this.#options.cluster.getTemplate(key));
    if (present?.compiled.revision === revision) return { kind: 'found', template: present };
    const called = `${key.kind} "${key.name}"`;
    return present
      ? lost(REASON_REVISION_NOT_FOUND, `${called} has no revision "${revision}" any more; create the JobRun anew`)
      : lost(
          REASON_TEMPLATE_DELETED,
          `${called} was deleted, and its revision "${revision}" with it, before this JobRun had its Job`,
        );
  }
}

function lost(reason: string, message: string): TemplateOfRun {
  return { kind: 'lost', observation: { kind: 'failed', reason, message } };
}
