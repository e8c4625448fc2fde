import type { Concurrency } from '../../../../api/concurrency.ts';
import type { JobRun, JobRunStatus } from '../../../../api/job-run.ts';
import type { JobTemplate } from '../../../../api/job-template.ts';
import type { HolderEntry } from '../../../../core/concurrency/group-lease.ts';
import type { Group } from '../../../../core/concurrency/group.ts';
import { templateOutline } from '../../../../core/template/outline.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { keyOf } from '../../../../kube/watch/object-key.ts';
import { KubeApiError } from '../../../../kube/client/api-error.ts';
import type { LeaseVersion, StoredGroup } from '../../../../syncer/concurrency/group-leases.ts';
import { Places } from '../../../../syncer/concurrency/places.ts';
import { UnclearCreations } from '../../../../syncer/concurrency/unclear-creations.ts';
import { echoRun, echoTemplate } from '../../core/objects.ts';

/** The Leases of an API server: only the version that was read can be replaced. */
export class FakeLeases {
  readonly stored = new Map<string, StoredGroup>();
  readonly sent: string[] = [];
  #versions = 0;

  read = (group: Group): Promise<StoredGroup | undefined> => {
    this.sent.push('read');
    return Promise.resolve(this.stored.get(group.id));
  };

  write = (group: Group, holders: readonly HolderEntry[], version: LeaseVersion | undefined): Promise<LeaseVersion> => {
    this.sent.push('write');
    const known = this.stored.get(group.id);
    if (known?.version.resourceVersion !== version?.resourceVersion) return Promise.reject(conflict());
    return Promise.resolve(this.store(group, holders));
  };

  remove = (group: Group): Promise<void> => {
    this.sent.push('remove');
    this.stored.delete(group.id);
    return Promise.resolve();
  };

  /** As another process stores it. */
  store(group: Group, holders: readonly HolderEntry[]): LeaseVersion {
    this.#versions += 1;
    const version = { uid: group.id, resourceVersion: String(this.#versions) };
    this.stored.set(group.id, { group, holders: [...holders], version });
    return version;
  }

  /** The names of the runs with a place. */
  get holders(): string[] {
    return Array.from(this.stored.values()).flatMap(({ holders = [] }) => holders.map(({ name }) => name));
  }
}

function conflict(): KubeApiError {
  const body = JSON.stringify({ kind: 'Status', code: 409, reason: 'Conflict' });
  return new KubeApiError({ method: 'PUT', path: '/', code: 409, body });
}

/** Places of a process, with a template that has this limit. */
export function placesWith(
  concurrency: Concurrency,
  { leases = new FakeLeases(), compiled = true, instance = 'one' } = {},
) {
  const template: JobTemplate = { ...echoTemplate(), parameters: [{ name: 'customer' }], runs: { concurrency } };
  const version = versionOfTemplate(template);
  const runs = new Map<string, JobRun>();
  const woken: string[] = [];
  const checked: string[] = [];
  const clock = { nowMs: 0 };
  const unclear = new UnclearCreations({ monotonic: () => clock.nowMs });
  const state = { isCompiled: compiled, outline: templateOutline(template) };
  const places = new Places({
    leases,
    runs: { get: (namespace, name) => runs.get(`${namespace ?? ''}/${name}`) },
    contents: { of: (run) => run },
    jobs: { byIndex: () => [] },
    templates: { outline: () => state.outline, cached: () => (state.isCompiled ? version : undefined) },
    unclear,
    clock: { monotonic: () => clock.nowMs },
    instance,
    wake: (run) => woken.push(run),
    check: (group) => checked.push(group),
  });
  const look = (run: JobRun) => places.look(run, { kind: 'found', template: version });
  const groupOf = (run: JobRun): Group => {
    const place = look(run);
    if (!place || place.kind === 'unknown') throw new Error('the run has no group');
    return place.group;
  };
  /** As the work on a run does it. */
  const work = async (run: JobRun): Promise<string> => {
    for (;;) {
      const place = look(run);
      switch (place?.kind) {
        case 'outside':
          places.enter(run, place.group, place.concurrency);
          continue;
        case 'inLine': {
          if (place.verdict.kind !== 'take') {
            places.stay(run);
            return place.verdict.kind;
          }
          await places.take(run, place.group);
          continue;
        }
        default:
          return place?.kind ?? 'none';
      }
    }
  };
  return {
    ...{ places, leases, runs, checked, clock, unclear, state, look, groupOf, work },
    /** The runs that were woken since the last call. */
    woken: () => woken.splice(0).map((key) => key.slice(key.indexOf('/') + 1)),
    /** The template is changed. */
    limit: (changed: Concurrency) => {
      state.outline = { ...state.outline, runs: { concurrency: changed } };
    },
    /** A run that the watch has reported. */
    add: (
      name: string,
      second: number,
      more: { status?: JobRunStatus; customer?: string; namespace?: string } = {},
    ) => {
      const { namespace = 'team', customer, status } = more;
      const created = new Date(Date.parse('2026-11-29T10:00:00Z') + second * 1000).toISOString();
      const metadata = { name, namespace, uid: `${namespace}-${name}`, creationTimestamp: created };
      const run: JobRun = { ...echoRun(customer === undefined ? {} : { parameters: { customer } }, metadata) };
      if (status) run.status = status;
      runs.set(keyOf(run.metadata), run);
      return run;
    },
  };
}
