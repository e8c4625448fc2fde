import type { KubeObject } from '../../../../api/wire.ts';
import { KubeApiError, KubeConnectionError } from '../../../../kube/client/api-error.ts';
import type { KubeClient } from '../../../../kube/client/client.ts';

export interface StoredLease extends KubeObject {
  spec?: { holderIdentity?: string; leaseTransitions?: number; leaseDurationSeconds?: number; renewTime?: string };
}

/** The API server's part: one Lease with optimistic locking. */
export class LeaseStore {
  lease: StoredLease | undefined;
  writes: { by: string; holder: string }[] = [];
  reads = 0;
  #version = 0;

  /** The view of one process; `state` breaks its connection. */
  clientOf(
    by: string,
    state: { away?: boolean; hangs?: boolean } = {},
  ): Pick<KubeClient, 'get' | 'create' | 'replace'> {
    const reach = async (): Promise<void> => {
      if (state.hangs) await new Promise(() => undefined);
      if (state.away) throw new KubeConnectionError('reset');
    };
    const store = (lease: StoredLease): StoredLease => {
      this.#version += 1;
      this.lease = { ...lease, metadata: { ...lease.metadata, resourceVersion: String(this.#version) } };
      this.writes.push({ by, holder: lease.spec?.holderIdentity ?? '' });
      return this.lease;
    };
    return {
      get: async <T extends KubeObject>() => {
        await reach();
        this.reads += 1;
        if (!this.lease) throw refusal(404, 'NotFound');
        return this.lease as T;
      },
      create: async <T extends KubeObject>(_resource: unknown, _namespace: unknown, body: T) => {
        await reach();
        if (this.lease) throw refusal(409, 'AlreadyExists');
        return store(body) as T;
      },
      replace: async <T extends KubeObject>(_resource: unknown, _key: unknown, body: T) => {
        await reach();
        if (!this.lease) throw refusal(404, 'NotFound');
        if (body.metadata?.resourceVersion !== this.lease.metadata?.resourceVersion) throw refusal(409, 'Conflict');
        return store(body) as T;
      },
    };
  }
}

function refusal(code: number, reason: string): KubeApiError {
  return new KubeApiError({ method: 'PUT', path: '/', code, body: JSON.stringify({ kind: 'Status', code, reason }) });
}
