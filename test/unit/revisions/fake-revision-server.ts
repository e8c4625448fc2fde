import type { Resource } from '../../../api/resources.ts';
import type { ControllerRevision, KubeObject } from '../../../api/wire.ts';
import { versionOfTemplate } from '../../../core/template/template-version.ts';
import { KubeApiError } from '../../../kube/client/api-error.ts';
import type { RevisionStoreOptions } from '../../../revisions/revision-store.ts';
import { echoTemplate } from '../core/objects.ts';

export const template = echoTemplate();
export const version = versionOfTemplate(template);
export const { key } = version;
export const { revision } = version.compiled;
/** Of the ControllerRevision of this version. */
export const name = `echo-${revision}`;

export const refusal = (code: number, reason: string): KubeApiError =>
  new KubeApiError({
    method: 'GET',
    path: '/',
    code,
    body: JSON.stringify({ kind: 'Status', reason, message: reason, code }),
  });

/** ControllerRevisions in memory, and the requests. */
export class FakeRevisionServer {
  readonly stored = new Map<string, ControllerRevision>();
  readonly calls: string[] = [];
  /** The arguments of each request after its resource, such as `[key, patch, options]`. */
  readonly requests: unknown[][] = [];
  /** The current template; undefined if it was deleted. */
  template: typeof template | undefined = template;
  /** Runs before each request; what it throws is the response. */
  before: (call: string) => Promise<void> | void = () => undefined;

  readonly client = {
    create: async (...[, namespace, body, ...rest]: [Resource, string | undefined, KubeObject, unknown]) => {
      const created = body.metadata?.name ?? '';
      await this.#note(`create ${created}`, [namespace, body, ...rest]);
      if (this.stored.has(created)) throw refusal(409, 'AlreadyExists');
      this.stored.set(created, body as ControllerRevision);
      return body;
    },
    get: async ({ kind }: Resource, object: { name: string }, ...rest: unknown[]) => {
      if (kind !== 'ControllerRevision') {
        this.requests.push([kind, object, ...rest]);
        if (!this.template) throw refusal(404, 'NotFound');
        return this.template;
      }
      await this.#note(`get ${object.name}`, [object, ...rest]);
      return this.#existing(object.name);
    },
    list: async (_resource: Resource, ...rest: unknown[]) => {
      await this.#note('list', rest);
      return { metadata: {}, items: [...this.stored.values()] };
    },
    patch: async (...[, object, body, ...rest]: [Resource, { name: string }, Partial<ControllerRevision>, unknown]) => {
      await this.#note(`patch ${object.name}`, [object, body, ...rest]);
      const before = this.#existing(object.name);
      const { annotations } = before.metadata ?? {};
      const metadata = { ...before.metadata, ...body.metadata };
      metadata.annotations = { ...annotations, ...body.metadata?.annotations };
      this.stored.set(object.name, { ...before, ...body, metadata });
      return this.stored.get(object.name);
    },
  } as unknown as RevisionStoreOptions['client'];

  async #note(call: string, request: unknown[]): Promise<void> {
    this.calls.push(call);
    this.requests.push(request);
    await this.before(call);
  }

  #existing(wanted: string): ControllerRevision {
    const found = this.stored.get(wanted);
    if (!found) throw refusal(404, 'NotFound');
    return found;
  }
}
