import { LRUCache } from 'lru-cache';
import type { Template } from '../api/job-template.ts';
import { ANNOTATION_LAST_USED, LABEL_TEMPLATE_REVISION } from '../api/names.ts';
import { CLUSTER_JOB_TEMPLATES, CONTROLLER_REVISIONS, JOB_TEMPLATES } from '../api/resources.ts';
import type { ControllerRevision, KubeObject } from '../api/wire.ts';
import {
  controllerRevision,
  controllerRevisionName,
  ownerUid,
  revisionNamespace,
  revisionOwner,
  revisionSelector,
} from '../core/template/controller-revision.ts';
import { templateKeyString } from '../core/template/template-key.ts';
import type { TemplateKey } from '../core/template/template-key.ts';
import type { TemplateVersion } from '../core/template/template-version.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../kube/client/api-error.ts';
import type { KubeClient } from '../kube/client/client.ts';
import type { WriteOptions } from '../kube/client/request-options.ts';
import { PageSize } from '../kube/watch/page-size.ts';
import { readPage } from '../kube/watch/read-page.ts';
import type { CompiledTemplates } from './compiled-templates.ts';

type RevisionClient = Pick<KubeClient, 'create' | 'get' | 'list' | 'patch'>;

const MAX_REMEMBERED = 1000;
/** A list of revisions is only a hint for people. */
const MOST_LISTED = 100;
/** A stored revision is not checked again for this long. After that, it is: a user may have deleted it. */
const STORED_MS = 60_000;
/** A revision is marked as used at most this often. The mark is valid for five minutes. */
const TOUCHED_MS = 60_000;
const MAX_ATTEMPTS = 4;

export interface RevisionStoreOptions {
  client: RevisionClient;
  /** Writes. The client by default. */
  writer?: Pick<RevisionClient, 'create' | 'patch'>;
  /** Where the revisions of ClusterJobTemplates are stored. */
  clusterNamespace: string;
  /** Where compiled versions are cached. */
  templates: CompiledTemplates;
  /** Milliseconds since the epoch; for tests. */
  now?: () => number;
}

export interface FindOptions extends WriteOptions {
  /** The uid of the template, if it exists. Without it, a revision of a template that was deleted is found too. */
  owner?: string | undefined;
}

/** A ControllerRevision has the name of a revision, but not its content. */
export class ForeignRevisionError extends Error {
  override readonly name = 'ForeignRevisionError';
}

/**
 * Stores the revisions of templates as ControllerRevisions. It remembers what it stored and found, so that a steady load
 * causes almost no requests. All methods throw the errors of the client.
 */
export class RevisionStore {
  readonly #client: Pick<RevisionClient, 'get' | 'list'>;
  readonly #writer: Pick<RevisionClient, 'create' | 'patch'>;
  readonly #clusterNamespace: string;
  readonly #now: () => number;
  readonly #templates: CompiledTemplates;
  /** Versions that are stored. */
  readonly #stored: LRUCache<string, true>;
  /** Revisions that were marked as used. */
  readonly #touched: LRUCache<string, true>;
  readonly #storing = new Map<string, Promise<void>>();

  constructor({ client, writer = client, clusterNamespace, templates, now = Date.now }: RevisionStoreOptions) {
    this.#client = client;
    this.#writer = writer;
    this.#clusterNamespace = clusterNamespace;
    this.#templates = templates;
    this.#now = now;
    const limits = { max: MAX_REMEMBERED, ttlResolution: 0, perf: { now } };
    this.#stored = new LRUCache({ ...limits, ttl: STORED_MS });
    this.#touched = new LRUCache({ ...limits, ttl: TOUCHED_MS });
  }

  /**
   * A template at a revision. The first call reads it from the API server. `undefined` if the revision does not exist, if
   * the ControllerRevision with its name has another content, or if it does not belong to the template that exists: then
   * somebody else may have written it.
   */
  async find(
    key: TemplateKey,
    revision: string,
    { owner, ...options }: FindOptions = {},
  ): Promise<TemplateVersion | undefined> {
    const known = this.#templates.find(key, revision);
    if (known && isOf(known, owner)) return known;
    const stored = await this.#get(key, revision, options);
    const version = stored && this.#templates.ofRevision(stored);
    if (!version || !isOf(version, owner)) return undefined;
    this.#templates.remember(version);
    return version;
  }

  /** The revisions that {@link find} finds, newest first; of very many, some. */
  async list(key: TemplateKey, { owner, ...options }: FindOptions = {}): Promise<string[]> {
    const { signal, timeoutMs } = options;
    // Their contents can have many megabytes. The name follows from the template and the revision.
    const { items } = await readPage<KubeObject>({
      ...{ client: this.#client, resource: CONTROLLER_REVISIONS, signal, timeoutMs, metadataOnly: true },
      selection: { namespace: this.#namespaceOf(key), labelSelector: revisionSelector(key) },
      pageSize: new PageSize(MOST_LISTED),
    });
    return newestFirst(items).flatMap(({ metadata }) => {
      const revision = metadata?.labels?.[LABEL_TEMPLATE_REVISION];
      if (owner !== undefined && ownerUid({ metadata }) !== owner) return [];
      return revision !== undefined && metadata?.name === controllerRevisionName(key, revision) ? revision : [];
    });
  }

  /**
   * Stores this version of a template. If its revision already exists, it becomes the newest revision of this template;
   * nothing is written if it already is.
   *
   * @throws ForeignRevisionError
   */
  async keep(version: TemplateVersion, options: WriteOptions = {}): Promise<void> {
    const { key, uid, generation, compiled } = version;
    const id = `${idOf(key, compiled.revision)}/${uid}/${generation}`;
    // Callers that arrive together share one write. If it fails, each of the others tries again.
    for (let storing = this.#storing.get(id); storing; storing = this.#storing.get(id)) {
      await storing.catch(() => undefined);
    }
    if (this.#stored.has(id)) return;
    const storing = this.#store(version, options);
    this.#storing.set(id, storing);
    try {
      await storing;
      this.#stored.set(id, true);
    } finally {
      this.#storing.delete(id);
    }
  }

  /**
   * Marks a revision as used, which protects it from removal for a while.
   *
   * @returns false if it does not exist; {@link find} then reads it again.
   */
  async touch(key: TemplateKey, revision: string, options: WriteOptions = {}): Promise<boolean> {
    const id = idOf(key, revision);
    if (this.#touched.has(id)) return true;
    const object = { namespace: this.#namespaceOf(key), name: controllerRevisionName(key, revision) };
    try {
      await this.#writer.patch(CONTROLLER_REVISIONS, object, { metadata: { annotations: this.#usedNow() } }, options);
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
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      try {
        const existing = attempt === 0 ? undefined : await this.#get(key, compiled.revision, options);
        if (existing) await this.#refresh(existing, version, options);
        else await this.#writer.create(CONTROLLER_REVISIONS, wanted.metadata?.namespace, wanted, options);
        return;
      } catch (error) {
        // It was created, deleted or changed between two requests: read it again.
        if (!isAlreadyExists(error) && !isConflict(error) && !isNotFound(error)) throw error;
        problem = error;
      }
    }
    throw problem;
  }

  /** Makes an existing revision the newest one of this template. Its content is immutable. */
  async #refresh(existing: ControllerRevision, version: TemplateVersion, options: WriteOptions): Promise<void> {
    const { namespace = '', name = '', uid, resourceVersion } = existing.metadata ?? {};
    // The name is only the beginning of the hash: compare all of it.
    if (this.#templates.ofRevision(existing)?.compiled.digest !== version.compiled.digest) {
      throw new ForeignRevisionError(
        `ControllerRevision ${namespace}/${name} has the name of this revision, but other content; delete it`,
      );
    }
    const { key, generation, compiled } = version;
    const metadata: Record<string, unknown> = { uid, resourceVersion, annotations: this.#usedNow() };
    if (ownerUid(existing) !== version.uid) {
      // The owner was replaced by a template with the same name; unless this template is the one that was deleted.
      if (!(await this.#isCurrent(version, options))) return;
      metadata['ownerReferences'] = [revisionOwner(key, version.uid)];
    } else if (existing.revision >= generation) return;
    const body = { metadata, revision: generation };
    await this.#writer.patch(CONTROLLER_REVISIONS, { namespace, name }, body, options);
    this.#templates.forget(key, compiled.revision);
  }

  async #isCurrent({ key, uid }: TemplateVersion, options: WriteOptions): Promise<boolean> {
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

function isOf(version: TemplateVersion, owner: string | undefined): boolean {
  return owner === undefined || version.owner === owner;
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

/** The last one that was created, or that became the current one again. */
function newestFirst(objects: readonly KubeObject[]): KubeObject[] {
  return objects.toSorted((a, b) => usedAt(b) - usedAt(a));
}

function usedAt({ metadata }: KubeObject): number {
  const times = [metadata?.creationTimestamp, metadata?.annotations?.[ANNOTATION_LAST_USED]];
  return Math.max(...times.map((time) => Date.parse(time ?? '') || 0));
}
