import { LRUCache } from 'lru-cache';
import type { Template } from '../api/job-template.ts';
import type { ControllerRevision } from '../api/wire.ts';
import { identityOfRevision, ownerUid, versionOfRevision } from '../core/template/controller-revision.ts';
import type { TemplateOutline } from '../core/template/outline.ts';
import { templateKeyString, type TemplateKey } from '../core/template/template-key.ts';
import { versionOfTemplate, type TemplateVersion } from '../core/template/template-version.ts';
import { memoryOf } from './template-memory.ts';

export interface CompiledTemplatesOptions {
  /** The memory for compiled templates, in bytes: the most that they can use. Default 48 MiB. */
  maxBytes?: number;
  /** How long a version can be found by its revision, in milliseconds. Default: until it is evicted. */
  revisionTtlMs?: number;
  /** A monotonic clock, in milliseconds; for tests. */
  now?: () => number;
}

const DEFAULT_MAX_BYTES = 48 * 1024 * 1024;
/**
 * The compiled templates of a process. Their total size is bounded: the least recently used one is evicted. A template is
 * compiled once for each generation, and once for each stored revision.
 */
export class CompiledTemplates {
  readonly #versions: LRUCache<string, TemplateVersion>;
  readonly #revisionTtlMs: number;

  constructor({ maxBytes = DEFAULT_MAX_BYTES, revisionTtlMs = 0, now }: CompiledTemplatesOptions = {}) {
    this.#revisionTtlMs = revisionTtlMs;
    this.#versions = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ compiled }) => memoryOf(compiled),
      ttlResolution: 0,
      ...(now && { perf: { now } }),
    });
  }

  /** The version of a template of which only the outline is at hand, if it was compiled and is still stored. */
  known({ metadata: { uid = '', generation = 0 } }: TemplateOutline): TemplateVersion | undefined {
    return this.#versions.get(`${uid}/${generation}`);
  }

  /** The version of a template object. */
  ofTemplate(template: Template): TemplateVersion {
    const { uid, generation } = template.metadata;
    // Without a uid and a generation, nothing identifies the content.
    if (uid === undefined || generation === undefined) return versionOfTemplate(template);
    const id = `${uid}/${generation}`;
    const known = this.#versions.get(id);
    if (known) return known;
    const version = versionOfTemplate(template);
    this.#versions.set(id, version);
    return version;
  }

  /** The version in a ControllerRevision; `undefined` if its content does not match its name. */
  ofRevision(stored: ControllerRevision): TemplateVersion | undefined {
    const identity = identityOfRevision(stored);
    if (identity === undefined) return undefined;
    const { uid = '' } = stored.metadata ?? {};
    // The content of a ControllerRevision is immutable. Its owner and its number are not.
    const id = `${uid}/${ownerUid(stored) ?? ''}/${stored.revision}`;
    const known = this.#versions.get(id);
    if (known) return known;
    const version = versionOfRevision(stored);
    if (version && uid !== '') this.#versions.set(id, version);
    return version;
  }

  /** A version that was passed to {@link remember}. */
  find(key: TemplateKey, revision: string): TemplateVersion | undefined {
    return this.#versions.get(revisionId(key, revision));
  }

  /** Makes a version available by its revision. */
  remember(version: TemplateVersion): void {
    const { key, compiled } = version;
    this.#versions.set(revisionId(key, compiled.revision), version, { ttl: this.#revisionTtlMs });
  }

  forget(key: TemplateKey, revision: string): void {
    this.#versions.delete(revisionId(key, revision));
  }
}

function revisionId(key: TemplateKey, revision: string): string {
  return `${templateKeyString(key)}@${revision}`;
}
