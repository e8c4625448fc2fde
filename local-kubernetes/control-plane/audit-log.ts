import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/** What an audit event says, as far as it is used here (`audit.k8s.io/v1`). */
export interface AuditEvent {
  auditID: string;
  stage: 'ResponseStarted' | 'ResponseComplete' | 'Panic';
  verb: string;
  requestURI: string;
  user: { username: string };
  userAgent?: string;
  objectRef?: { resource: string; subresource?: string; namespace?: string; name?: string; apiGroup?: string };
  responseStatus?: { code?: number; reason?: string };
  requestObject?: { metadata?: { resourceVersion?: string } };
  responseObject?: {
    metadata?: { resourceVersion?: string; uid?: string };
    /** Of a Lease. */
    spec?: { holderIdentity?: string };
  };
  /** RFC 3339 with microseconds. */
  requestReceivedTimestamp: string;
  stageTimestamp: string;
}

/** The API server's own account of who asked what. */
export class AuditLog {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** A place in the log: what is asked from now on comes after it. */
  async mark(): Promise<number> {
    return (await stat(this.#path)).size;
  }

  /** All events after a mark, one for each request: its last stage. */
  async since(mark: number): Promise<AuditEvent[]> {
    const events = new Map<string, AuditEvent>();
    const lines = createInterface({ input: createReadStream(this.#path, { start: mark }), crlfDelay: Infinity });
    for await (const line of lines) {
      if (!line.endsWith('}')) continue; // being written
      const event = JSON.parse(line) as AuditEvent;
      events.set(event.auditID, event);
    }
    return Array.from(events.values());
  }
}

export const isWrite = ({ verb }: AuditEvent): boolean =>
  ['create', 'update', 'patch', 'delete', 'deletecollection'].includes(verb);

/** A list that asks for everything at once. A watch is none, though it is asked of the same path. */
export function isUnpagedList({ verb, requestURI }: AuditEvent): boolean {
  return verb === 'list' && !new URL(requestURI, 'http://localhost').searchParams.has('limit');
}

/** `create jobs`, `patch jobruns/status`, … with how often each was asked. */
export function countByKind(events: readonly AuditEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { verb, objectRef } of events) {
    const { resource = 'none', subresource } = objectRef ?? {};
    const kind = `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
