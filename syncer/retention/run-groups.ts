import type { JobRun } from '../../api/job-run.ts';
import { removableRun } from '../../core/retention/removable-run.ts';
import type { Outcome } from '../../core/retention/removable-run.ts';
import { removesRuns } from '../../core/retention/retention-policy.ts';
import type { RetentionPolicy } from '../../core/retention/retention-policy.ts';
import { RunHistory } from '../../core/retention/run-history.ts';
import { templateKeyOfRun, templateKeyString, type TemplateKey } from '../../core/template/template-key.ts';
import type { ObjectCache } from '../../kube/watch/cache.ts';
import { keyOf } from '../../kube/watch/object-key.ts';
import { BY_TEMPLATE } from '../revisions/template-index.ts';

/** The finished runs of one template in one namespace: limits apply to them together. */
export interface RunGroup {
  /** Begins with the namespace. */
  id: string;
  template: TemplateKey;
  histories: Record<Outcome, RunHistory>;
  /** By key: until when a run is left alone whose deletion was refused. It does not count until then. */
  refused: Map<string, number>;
}

export interface RunGroupsOptions {
  /** Has outlines of runs, indexed by {@link BY_TEMPLATE}. */
  runs: Pick<ObjectCache<JobRun>, 'get' | 'byIndex'>;
  isInShard: (namespace: string | undefined) => boolean;
  policy: (template: TemplateKey) => RetentionPolicy;
}

/**
 * The finished runs of each template whose policy can remove some. Everything is derived from the cache: an event of a run
 * costs no look at other runs, and a template without retention costs nothing.
 */
export class RunGroups {
  readonly #options: RunGroupsOptions;
  readonly #groups = new Map<string, RunGroup>();
  /** By template: the groups of its namespaces, by their id. Only templates whose policy can remove runs. */
  readonly #ofTemplates = new Map<string, Map<string, RunGroup>>();
  /** By key: the uid of a run that was removed, while the cache still has it. */
  readonly #removed = new Map<string, string>();

  constructor(options: RunGroupsOptions) {
    this.#options = options;
  }

  get(id: string): RunGroup | undefined {
    return this.#groups.get(id);
  }

  /** Reads the policy of a template that was added, changed or deleted. Returns the groups to check. */
  readTemplate(template: TemplateKey): Iterable<RunGroup> {
    const id = templateKeyString(template);
    const known = this.#ofTemplates.get(id);
    if (!removesRuns(this.#options.policy(template))) {
      this.#ofTemplates.delete(id);
      for (const group of known?.values() ?? []) this.#groups.delete(group.id);
      return [];
    }
    if (known) return known.values();
    const groups = new Map<string, RunGroup>();
    this.#ofTemplates.set(id, groups);
    for (const run of this.#options.runs.byIndex(BY_TEMPLATE, id)) {
      if (!this.#options.isInShard(run.metadata.namespace)) continue;
      if (this.#isCounted(run)) this.#place(this.#groupOf(groups, template, run), run);
    }
    return groups.values();
  }

  /** Counts a run as the cache has it now. Returns its group, if its template removes runs. */
  count(run: JobRun): RunGroup | undefined {
    const key = keyOf(run.metadata);
    const present = this.#options.runs.get(run.metadata.namespace, run.metadata.name ?? '');
    if (!present || this.#isCounted(present)) this.#removed.delete(key);
    const template = templateKeyOfRun(run);
    const groups = this.#ofTemplates.get(templateKeyString(template));
    if (!groups) return this.#countFirst(template, run);
    const group = this.#groupOf(groups, template, run);
    this.forget(group, key);
    if (present && this.#isCounted(present)) this.#place(group, present);
    return this.#dropped(groups, group) ? undefined : group;
  }

  /** The run was removed. The cache may still have it. */
  removed(group: RunGroup, { metadata }: JobRun): void {
    const key = keyOf(metadata);
    this.forget(group, key);
    const present = this.#options.runs.get(metadata.namespace, metadata.name ?? '');
    if (present?.metadata.uid === metadata.uid) this.#removed.set(key, metadata.uid ?? '');
  }

  /** The run does not count. */
  forget(group: RunGroup, key: string): void {
    group.histories.successful.remove(key);
    group.histories.failed.remove(key);
    group.refused.delete(key);
  }

  /** A run of a template without an event, such as one that was deleted before the start. */
  #countFirst(template: TemplateKey, run: JobRun): RunGroup | undefined {
    if (!removesRuns(this.#options.policy(template))) return undefined;
    this.readTemplate(template);
    return this.#groups.get(groupId(template, run));
  }

  #isCounted({ metadata }: JobRun): boolean {
    return this.#removed.get(keyOf(metadata)) !== metadata.uid;
  }

  #place(group: RunGroup, run: JobRun): void {
    const removable = removableRun(run);
    if (!removable) return;
    const { outcome, finishedMs } = removable;
    group.histories[outcome].add({ key: keyOf(run.metadata), finishedMs });
  }

  /** Whether the group has no more runs, and was dropped. */
  #dropped(groups: Map<string, RunGroup>, { id, histories, refused }: RunGroup): boolean {
    if (histories.successful.size + histories.failed.size + refused.size > 0) return false;
    groups.delete(id);
    this.#groups.delete(id);
    return true;
  }

  #groupOf(groups: Map<string, RunGroup>, template: TemplateKey, run: JobRun): RunGroup {
    const id = groupId(template, run);
    const known = groups.get(id);
    if (known) return known;
    const histories = { successful: new RunHistory(), failed: new RunHistory() };
    const group = { id, template, histories, refused: new Map<string, number>() };
    groups.set(id, group);
    this.#groups.set(id, group);
    return group;
  }
}

function groupId(template: TemplateKey, { metadata }: JobRun): string {
  return `${metadata.namespace ?? ''}/${templateKeyString(template)}`;
}
