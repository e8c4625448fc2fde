import { LRUCache } from 'lru-cache';
import type { Template } from '../api/job-template.ts';
import { ANNOTATION_LAST_USED } from '../api/names.ts';
import { CLUSTER_JOB_TEMPLATES, CONTROLLER_REVISIONS, JOB_TEMPLATES } from '../api/resources.ts';
import type { ControllerRevision } from '../api/wire.ts';
import {
  controllerRevision,
  controllerRevisionName,
  identityOfRevision,
  ownerUid,
  revisionNamespace,
  revisionOwner,
  revisionSelector,
} from '../core/template/controller-revision.ts';
import { newestFirst } from '../core/template/revision-history.ts';
import { templateKeyString } from '../core/template/template-key.ts';
import type { TemplateKey } from '../core/template/template-key.ts';
import type { TemplateVersion } from '../core/template/template-version.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../kube/client/api-error.ts';
import type { WriteOptions, KubeClient } from '../kube/client/client.ts';
import type { CompiledTemplates } from './compiled-templates.ts';

type RevisionClient = Pick<KubeClient, 'create' | 'get' | 'list' | 'patch'>;

const MOST_REMEMBERED = 1000;
/** What was stored is taken as still there for this long: somebody may remove it by hand. */
const KEPT_MS = 60_000;
/** A revision is marked as used at most this often; the mark holds for five minutes. */
const TOUCHED_MS = 60_000;
const ATTEMPTS = 4;

export interface RevisionStoreOptions {
  client: RevisionClient;
  /** Where the revisions of ClusterJobTemplates are stored. */
  clusterNamespace: string;
  /** Where compiled versions are cached. */
  templates: CompiledTemplates;
  /** Milliseconds since the epoch; for tests. */
  now?: () => number;
}

/** The name of a revision is taken by something that does not hold this template's content. */
export class ForeignRevisionError extends Error {
  override readonly name = 'ForeignRevisionError';
}

/**
 * The revisions of templates as ControllerRevisions in the API server. Remembers what it stored and found, so that
 * steady load costs next to no calls. All methods throw what the API server or the connection throws.
 */
export class RevisionStore {
  readonly #client: RevisionClient;
  /** Where the revisions of ClusterJobTemplates live. */
  readonly #clusterNamespace: string;
  /** Milliseconds since the epoch. */
  readonly #now: () => number;
  readonly #templates: CompiledTemplates;
  /** Versions that are known to be stored. */
  readonly #kept: LRUCache<string, true>;
  /** Revisions that were marked as used. */
  readonly #touched: LRUCache<string, true>;
  readonly #storing = new Map<string, Promise<void>>();

  constructor({ client, clusterNamespace, templates, now = Date.now }: RevisionStoreOptions) {
    this.#client = client;
    this.#clusterNamespace = clusterNamespace;
    this.#templates = templates;
    this.#now = now;
    const limits = { max: MOST_REMEMBERED, ttlResolution: 0, perf: { now } };
    this.#kept = new LRUCache({ ...limits, ttl: KEPT_MS });
    this.#touched = new LRUCache({ ...limits, ttl: TOUCHED_MS });
  }

  /**
   * A template as it was at a revision; read live the first time. `undefined` where there is no such revision, or where
   * what is stored under its name has another content.
   */
  async find(key: TemplateKey, revision: string, options: WriteOptions = {}): Promise<TemplateVersion | undefined> {
    const known = this.#templates.find(key, revision);
    if (known) return known;
    const stored = await this.#get(key, revision, options);
    const version = stored && this.#templates.ofRevision(stored);
    if (version) this.#templates.remember(version);
    return version;
  }

  /** The template's revisions, newest first. */
  async list(key: TemplateKey, options: WriteOptions = {}): Promise<string[]> {
    const selection = { namespace: this.#namespaceOf(key), labelSelector: revisionSelector(key) };
    const { items } = await this.#client.list<ControllerRevision>(CONTROLLER_REVISIONS, selection, options);
    const wanted = templateKeyString(key);
    return newestFirst(items).flatMap((stored) => {
      const identity = identityOfRevision(stored);
      return identity && templateKeyString(identity.key) === wanted ? identity.revision : [];
    });
  }

  /**
   * Stores the template as it is under its revision. Where that is done already, sees to it that this template owns the
   * revision and that it is the newest one; else writes nothing.
   *
   * @throws ForeignRevisionError
   */
  async keep(version: TemplateVersion, options: WriteOptions = {}): Promise<void> {
    const { key, uid, generation, compiled } = version;
    const id = `${idOf(key, compiled.revision)}/${uid}/${generation}`;
    if (this.#kept.has(id)) return;
    // Runs that come together store one revision; who waited in vain tries for itself.
    await this.#storing.get(id)?.catch(() => undefined);
    if (this.#kept.has(id)) return;
    const storing = this.#store(version, options);
    this.#storing.set(id, storing);
    try {
      await storing;
      this.#kept.set(id, true);
    } finally {
      if (this.#storing.get(id) === storing) this.#storing.delete(id);
    }
  }

  /**
   * Marks a revision as asked for by name, which keeps it from being removed for a while.
   *
   * @returns false when it is gone; {@link find} then looks for it anew.
   */
  async touch(key: TemplateKey, revision: string, options: WriteOptions = {}): Promise<boolean> {
    const id = idOf(key, revision);
    if (this.#touched.has(id)) return true;
    const object = { namespace: this.#namespaceOf(key), name: controllerRevisionName(key, revision) };
    try {
      await this.#client.patch(CONTROLLER_REVISIONS, object, { metadata: { annotations: this.#usedNow() } }, options);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#templates.forget(key, revision);
      return false;
    }
    this.#touched.set(id, true);
    return true;
  }

  async #store(version: TemplateVersion, options: WriteOptions): Promise<void> {
    const { key, compiled } = version;
    const wanted = controllerRevision(version, this.#namespaceOf(key));
    let problem: unknown;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      try {
        const existing = attempt === 0 ? undefined : await this.#get(key, compiled.revision, options);
        if (existing) await this.#refresh(existing, version, options);
        else await this.#client.create(CONTROLLER_REVISIONS, wanted.metadata?.namespace, wanted, options);
        return;
      } catch (error) {
        // It was there, went away, or changed between two calls: look at it anew.
        if (!isAlreadyExists(error) && !isConflict(error) && !isNotFound(error)) throw error;
        problem = error;
      }
    }
    throw problem;
  }

  /** Makes a stored revision this template's and its newest; its content can not be changed, by anyone. */
  async #refresh(existing: ControllerRevision, version: TemplateVersion, options: WriteOptions): Promise<void> {
    const { namespace = '', name = '', uid, resourceVersion } = existing.metadata ?? {};
    if (this.#templates.ofRevision(existing) === undefined) {
      throw new ForeignRevisionError(
        `ControllerRevision ${namespace}/${name} does not hold what its name says; remove it`,
      );
    }
    const { key, generation, compiled } = version;
    const metadata: Record<string, unknown> = { uid, resourceVersion, annotations: this.#usedNow() };
    if (ownerUid(existing) !== version.uid) {
      // A namesake took the place of the owner, unless it is this template that is gone.
      if (!(await this.#isPresent(version, options))) return;
      metadata['ownerReferences'] = [revisionOwner(key, version.uid)];
    } else if (existing.revision >= generation) return;
    const body = { metadata, revision: generation };
    await this.#client.patch(CONTROLLER_REVISIONS, { namespace, name }, body, options);
    this.#templates.forget(key, compiled.revision);
  }

  async #isPresent({ key, uid }: TemplateVersion, options: WriteOptions): Promise<boolean> {
    const { kind, namespace, name } = key;
    const resource = kind === 'ClusterJobTemplate' ? CLUSTER_JOB_TEMPLATES : JOB_TEMPLATES;
    const live = await found(this.#client.get<Template>(resource, { namespace, name }, options));
    return live?.metadata.uid === uid;
  }

  async #get(key: TemplateKey, revision: string, options: WriteOptions): Promise<ControllerRevision | undefined> {
    const object = { namespace: this.#namespaceOf(key), name: controllerRevisionName(key, revision) };
    return found(this.#client.get<ControllerRevision>(CONTROLLER_REVISIONS, object, options));
  }

  #namespaceOf(key: TemplateKey): string {
    return revisionNamespace(key, this.#clusterNamespace);
  }

  #usedNow(): Record<string, string> {
    return { [ANNOTATION_LAST_USED]: new Date(this.#now()).toISOString() };
  }
}

function idOf(key: TemplateKey, revision: string): string {
  return `${templateKeyString(key)}/${revision}`;
}

async function found<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
