import type { KubeObject } from '../../api/wire.ts';
import type { BeforeSend } from './before-send.ts';

export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** Time limit of this call in milliseconds. Overrides the client's. */
  timeoutMs?: number | undefined;
}

export interface ReadOptions extends CallOptions {
  /** The server sends only apiVersion, kind and metadata: no content of a Secret, for instance. */
  metadataOnly?: boolean | undefined;
  /** The most bytes of an answer. A longer one is not read to its end, and throws a `ResponseTooLargeError`. */
  maxBytes?: number | undefined;
  /** Called with the number of bytes of the answer, if `maxBytes` is set. */
  onBytes?: ((bytes: number) => void) | undefined;
}

/** `metadataOnly` has no effect on names. */
export type NamesOptions = Omit<ReadOptions, 'metadataOnly'>;

export interface WriteOptions extends CallOptions, BeforeSend {
  /** The server does everything except storing the object. */
  dryRun?: boolean | undefined;
  /** With `Strict`, the server refuses unknown and duplicate fields instead of dropping them. */
  fieldValidation?: 'Ignore' | 'Warn' | 'Strict' | undefined;
  /** Called with each text of the response's `Warning` headers. */
  onWarning?: ((text: string) => void) | undefined;
}

export interface DeleteOptions extends CallOptions, Pick<WriteOptions, 'dryRun' | 'beforeSend'> {
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground' | undefined;
  /** The server answers with a Conflict, and deletes nothing, if the object differs. */
  preconditions?: { uid?: string | undefined; resourceVersion?: string | undefined } | undefined;
}

/** The objects that a list or watch returns. */
export interface Selection {
  /** Absent: all namespaces. */
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
}

export interface ListPage extends Selection {
  limit?: number;
  /** The `metadata.continue` of the previous page. */
  continue?: string | undefined;
  resourceVersion?: string;
  resourceVersionMatch?: 'NotOlderThan' | 'Exact';
}

export interface KubeList<T extends KubeObject> {
  metadata: { resourceVersion?: string; continue?: string; remainingItemCount?: number };
  items: T[];
}

export interface WatchStart extends Selection {
  resourceVersion: string;
  /** The server closes the watch after this time. */
  timeoutSeconds: number;
  /** A connection that is silent for this many milliseconds counts as dead. Bookmarks arrive about once a minute. */
  inactivityMs: number;
}

/** Which output of a Pod is read. The names are those of the API. */
export interface LogSelection {
  container: string;
  /** Until the container ends. */
  follow?: boolean;
  /** Each line begins with its time. */
  timestamps?: boolean;
  /** Of the instance of the container before the present one. */
  previous?: boolean;
  /** RFC 3339. The API server drops fractions of a second. */
  sinceTime?: string | undefined;
  sinceSeconds?: number | undefined;
  tailLines?: number | undefined;
  limitBytes?: number | undefined;
  /** A log that is silent for this many milliseconds counts as dead, also before its first line. */
  inactivityMs: number;
}
