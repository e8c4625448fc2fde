import { LRUCache } from 'lru-cache';
import type { Template } from '../api/job-template.ts';
import type { ControllerRevision } from '../api/wire.ts';
import { identityOfRevision, ownerUid, versionOfRevision } from '../core/template/controller-revision.ts';
import { templateKeyString, type TemplateKey } from '../core/template/template-key.ts';
import { versionOfTemplate, type TemplateVersion } from '../core/template/template-version.ts';

export interface CompiledTemplatesOptions {
  /** Bytes of memory that the compiled templates may take, as estimated by their size. Default 64 MiB. */
  maxBytes?: number;
  /** How long a version is found by its revision alone, in milliseconds. Default: until it is evicted. */
  revisionTtlMs?: number;
  /** Milliseconds, on any clock that only goes forward; for tests. */
  now?: () => number;
}

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
/** A compiled template takes some four times the bytes of its JSON, and a fixed amount for its maps. */
const BYTES_PER_BYTE = 4;
const BASE_BYTES = 4096;

/**
 * The compiled templates of a process, bounded in bytes: the least recently used one is evicted. A template is compiled
 * once for each generation, and once for each of its stored revisions.
 */
export class CompiledTemplates {
  readonly #versions: LRUCache<string, TemplateVersion>;
  readonly #revisionTtlMs: number;

  constructor({ maxBytes = DEFAULT_MAX_BYTES, revisionTtlMs = 0, now }: CompiledTemplatesOptions = {}) {
    this.#revisionTtlMs = revisionTtlMs;
    this.#versions = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ compiled }) => BASE_BYTES + BYTES_PER_BYTE * compiled.size,
      ttlResolution: 0,
      ...(now && { perf: { now } }),
    });
  }

  /** The version that a template object is. */
  ofTemplate(template: Template): TemplateVersion {
    const { uid, generation } = template.metadata;
    // An object that is not stored yet has no generation that stays.
    if (uid === undefined || generation === undefined) return versionOfTemplate(template);
    const id = `${uid}/${generation}`;
    const known = this.#versions.get(id);
    if (known) return known;
    const version = versionOfTemplate(template);
    this.#versions.set(id, version);
    return version;
  }

  /** The version that a ControllerRevision holds; `undefined` where its content is not what its name says. */
  ofRevision(stored: ControllerRevision): TemplateVersion | undefined {
    const identity = identityOfRevision(stored);
    if (identity === undefined) return undefined;
    const { uid = '' } = stored.metadata ?? {};
    // The API server never lets the content of a ControllerRevision be changed; its owner and number can be.
    const id = `${uid}/${ownerUid(stored) ?? ''}/${stored.revision}`;
    const known = this.#versions.get(id);
    if (known) return known;
    const version = versionOfRevision(stored);
    if (version && uid !== '') this.#versions.set(id, version);
    return version;
  }

  /** A version that was remembered by its revision. */
  find(key: TemplateKey, revision: string): TemplateVersion | undefined {
    return this.#versions.get(revisionId(key, revision));
  }

  /** Makes a version known by its revision. */
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
