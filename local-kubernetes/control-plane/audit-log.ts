import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/** The fields of an audit event (`audit.k8s.io/v1`) that are used here. */
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

/** The API server's audit log: which user sent which request. */
export class AuditLog {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** The current end of the log. Later requests are logged after it. */
  async mark(): Promise<number> {
    return (await stat(this.#path)).size;
  }

  /** The events after a mark: for each request, the event of its last stage. */
  async since(mark: number): Promise<AuditEvent[]> {
    const events = new Map<string, AuditEvent>();
    const lines = createInterface({ input: createReadStream(this.#path, { start: mark }), crlfDelay: Infinity });
    for await (const line of lines) {
      if (!line.endsWith('}')) continue; // the API server is still writing it
      const event = JSON.parse(line) as AuditEvent;
      events.set(event.auditID, event);
    }
    return Array.from(events.values());
  }
}

export const isWrite = ({ verb }: AuditEvent): boolean =>
  ['create', 'update', 'patch', 'delete', 'deletecollection'].includes(verb);

/** A list request without a limit. A watch has the same path and does not count. */
export function isUnpagedList({ verb, requestURI }: AuditEvent): boolean {
  return verb === 'list' && !new URL(requestURI, 'http://localhost').searchParams.has('limit');
}

/** The number of requests of each kind, such as `create jobs` or `patch jobruns/status`. */
export function countByKind(events: readonly AuditEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { verb, objectRef } of events) {
    const { resource = 'none', subresource } = objectRef ?? {};
    const kind = `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
