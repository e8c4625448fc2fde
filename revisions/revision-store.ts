import type { Template } from '../api/job-template.ts';
import { ANNOTATION_LAST_USED } from '../api/names.ts';
import { CONTROLLER_REVISIONS } from '../api/resources.ts';
import type { ControllerRevision } from '../api/wire.ts';
import {
  controllerRevision,
  controllerRevisionName,
  templateLabel,
  templateOfRevision,
} from '../core/controller-revision.ts';
import { keyOfTemplate, templateKeyString, type TemplateKey } from '../core/template-key.ts';
import { templateRevision } from '../core/template-revision.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../kube/api-error.ts';
import type { CallOptions, KubeClient } from '../kube/client.ts';
import { Bounded } from './bounded.ts';

/** As many revisions are kept in mind; the least recently used ones are asked for again. */
const MOST_REMEMBERED = 1000;
/** A revision's last use is noted this often at most. */
const TOUCH_EVERY_MS = 60_000;

/**
 * The revisions of templates as ControllerRevisions in the API server: what was admitted, kept for whoever makes the Job.
 * What was stored or found is remembered, so that a template in steady use costs no requests.
 */
export class RevisionStore {
  readonly #client: Pick<KubeClient, 'create' | 'get' | 'list' | 'patch'>;
  /** Where the revisions of ClusterJobTemplates live. */
  readonly #clusterNamespace: string;
  /** By template and revision: the owner's uid and generation with which it is stored. */
  readonly #kept = new Bounded<string, string>(MOST_REMEMBERED);
  readonly #found = new Bounded<string, Template>(MOST_REMEMBERED);
  /** When each was touched last, in milliseconds of this process. */
  readonly #touched = new Bounded<string, number>(MOST_REMEMBERED);

  constructor(client: Pick<KubeClient, 'create' | 'get' | 'list' | 'patch'>, clusterNamespace: string) {
    this.#client = client;
    this.#clusterNamespace = clusterNamespace;
  }

  /** A template as it was at a revision; `undefined` where no such revision is stored. */
  async find(key: TemplateKey, revision: string, options: CallOptions = {}): Promise<Template | undefined> {
    const id = idOf(key, revision);
    const known = this.#found.get(id);
    if (known) return known;
    const stored = await this.#get(key, revision, options);
    const template = stored && templateOfRevision(stored);
    if (template?.kind !== key.kind || template.metadata.name !== key.name) return undefined;
    if (templateRevision(template) !== revision) return undefined;
    this.#found.set(id, template);
    return template;
  }

  /**
   * Stores the template as it is under its revision. Where that is stored already, it is made the newest of the template's
   * (an edit was taken back), and the property of this template (one of the same name was deleted).
   */
  async keep(template: Template, options: CallOptions = {}): Promise<void> {
    const key = keyOfTemplate(template);
    const id = idOf(key, templateRevision(template));
    const { uid = '', generation = 1 } = template.metadata;
    const state = `${uid}/${generation}`;
    if (this.#kept.get(id) === state) return;
    const wanted = controllerRevision(template, this.#namespaceOf(key));
    try {
      await this.#client.create(CONTROLLER_REVISIONS, wanted.metadata?.namespace, wanted, options);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      await this.#bringUpToDate(wanted, options);
    }
    this.#kept.set(id, state);
  }

  /** Notes that a revision is about to be used by its name, so that it is not removed meanwhile. */
  async touch(key: TemplateKey, revision: string, options: CallOptions = {}): Promise<void> {
    const id = idOf(key, revision);
    const now = performance.now();
    if (now - (this.#touched.get(id) ?? -Infinity) < TOUCH_EVERY_MS) return;
    const annotations = { [ANNOTATION_LAST_USED]: new Date().toISOString() };
    const place = { namespace: this.#namespaceOf(key), name: controllerRevisionName(key, revision) };
    await this.#client.patch(CONTROLLER_REVISIONS, place, { metadata: { annotations } }, options);
    this.#touched.set(id, now);
  }

  /** The revisions of a template that are stored, newest first. */
  async list(key: TemplateKey, options: CallOptions = {}): Promise<string[]> {
    const labelSelector = Object.entries(templateLabel(key))
      .map(([label, value]) => `${label}=${value}`)
      .join(',');
    const page = { namespace: this.#namespaceOf(key), labelSelector, limit: 100 };
    const { items } = await this.#client.list<ControllerRevision>(CONTROLLER_REVISIONS, page, options);
    return items
      .toSorted((a, b) => b.revision - a.revision)
      .flatMap((stored) => templateOfRevision(stored) ?? [])
      .filter(({ metadata, kind }) => metadata.name === key.name && kind === key.kind)
      .map((template) => templateRevision(template));
  }

  /** Forgets that a revision is stored: somebody removed it. */
  forget(key: TemplateKey, revision: string): void {
    this.#kept.delete(idOf(key, revision));
    this.#touched.delete(idOf(key, revision));
  }

  #namespaceOf({ kind, namespace }: TemplateKey): string {
    return kind === 'ClusterJobTemplate' ? this.#clusterNamespace : (namespace ?? '');
  }

  async #get(key: TemplateKey, revision: string, options: CallOptions): Promise<ControllerRevision | undefined> {
    const place = { namespace: this.#namespaceOf(key), name: controllerRevisionName(key, revision) };
    try {
      return await this.#client.get<ControllerRevision>(CONTROLLER_REVISIONS, place, options);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** @throws Error when what is stored under the name is something else, and nothing of ours to change. */
  async #bringUpToDate(wanted: ControllerRevision, options: CallOptions): Promise<void> {
    const place = { namespace: wanted.metadata?.namespace, name: wanted.metadata?.name ?? '' };
    const stored = await this.#client.get<ControllerRevision>(CONTROLLER_REVISIONS, place, options);
    if (templateOfRevision(stored) === undefined) {
      throw new Error(
        `ControllerRevision "${place.name}" in namespace "${place.namespace ?? ''}" holds something else`,
      );
    }
    const patch = changesTo(stored, wanted);
    if (patch === undefined) return;
    try {
      await this.#client.patch(CONTROLLER_REVISIONS, place, patch, options);
    } catch (error) {
      // Another process was quicker, with the same.
      if (!isConflict(error)) throw error;
    }
  }
}

/** What a stored revision lacks to be the newest of this template; `undefined` when it is. */
function changesTo(stored: ControllerRevision, wanted: ControllerRevision): object | undefined {
  const owner = wanted.metadata?.ownerReferences?.[0]?.uid;
  const isOwned = stored.metadata?.ownerReferences?.some(({ uid }) => uid === owner) === true;
  if (isOwned && stored.revision >= wanted.revision) return undefined;
  const { uid, resourceVersion } = stored.metadata ?? {};
  const metadata = { ...wanted.metadata, uid, resourceVersion };
  // A namesake's count begins anew at 1; the number only ever grows, so that the history keeps its order.
  return { metadata, revision: Math.max(stored.revision, wanted.revision) };
}

function idOf(key: TemplateKey, revision: string): string {
  return `${templateKeyString(key)}@${revision}`;
}
