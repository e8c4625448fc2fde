import type { JobRun } from '../../../api/job-run.ts';
import type { JobTemplate } from '../../../api/job-template.ts';
import type { Resource } from '../../../api/resources.ts';
import type { Job, KubeObject } from '../../../api/wire.ts';
import { KubeApiError, KubeConnectionError } from '../../../kube/client/api-error.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import type { KubeList, WriteOptions } from '../../../kube/client/request-options.ts';

/** One dry run, with its parameters. */
export interface DryRun {
  namespace: string | undefined;
  job: Job;
  options: WriteOptions;
}

/** A hand-written API server with what the webhook needs: it returns JobTemplates and dry-runs Jobs. */
export class FakeApiServer implements Pick<KubeClient, 'create' | 'get' | 'list' | 'names' | 'patch'> {
  readonly templates = new Map<string, JobTemplate>();
  readonly dryRuns: DryRun[] = [];
  /** Responds to a dry run; throws to refuse it. */
  onDryRun: (dryRun: DryRun) => void = () => undefined;
  /** Thrown by every read while it is set. */
  down: Error | undefined;
  gets = 0;
  /** ControllerRevisions that were stored, by name. */
  readonly revisions = new Map<string, KubeObject>();
  /** The response to a SubjectAccessReview, by its verb; if absent, not allowed. */
  readonly allowedVerbs = new Set<string>();
  readonly reviews: { spec: { resourceAttributes: { verb: string } } }[] = [];
  runs: JobRun[] = [];

  get<T extends KubeObject>(resource: Resource, { namespace, name }: Parameters<KubeClient['get']>[1]): Promise<T> {
    if (this.down) return Promise.reject(this.down);
    if (resource.kind === 'ControllerRevision') return this.#revision(name);
    this.gets += 1;
    const template = this.templates.get(`${namespace ?? ''}/${name}`);
    if (!template) return Promise.reject(refusal(404, `jobtemplates.hematoscope.app "${name}" not found`));
    return Promise.resolve(structuredClone(template) as KubeObject as T);
  }

  create<T extends KubeObject>(
    resource: Resource,
    namespace: string | undefined,
    body: T,
    options: WriteOptions = {},
  ): Promise<T> {
    if (resource.kind === 'SubjectAccessReview') return this.#review(body);
    if (resource.kind === 'ControllerRevision') {
      this.revisions.set(body.metadata?.name ?? '', body);
      return Promise.resolve(body);
    }
    const dryRun = { namespace, job: body as KubeObject as Job, options };
    this.dryRuns.push(dryRun);
    return new Promise((resolve) => {
      this.onDryRun(dryRun);
      resolve(body);
    });
  }

  list<T extends KubeObject>(resource: Resource): Promise<KubeList<T>> {
    const items = resource.kind === 'ControllerRevision' ? Array.from(this.revisions.values()) : this.runs;
    return Promise.resolve({ metadata: {}, items: items as T[] });
  }

  names(): Promise<string[]> {
    return Promise.resolve(this.runs.map(({ metadata }) => metadata.name ?? ''));
  }

  patch<T extends KubeObject>(_resource: Resource, { name }: { name: string }): Promise<T> {
    return this.#revision(name);
  }

  #revision<T extends KubeObject>(name: string): Promise<T> {
    const found = this.revisions.get(name);
    return found
      ? Promise.resolve(found as T)
      : Promise.reject(refusal(404, `controllerrevisions.apps "${name}" not found`));
  }

  #review<T extends KubeObject>(body: T): Promise<T> {
    const review = body as T & { spec: { resourceAttributes: { verb: string } } };
    this.reviews.push(review);
    const allowed = this.allowedVerbs.has(review.spec.resourceAttributes.verb);
    return Promise.resolve({ ...body, status: { allowed } });
  }
}

/** The error that the client throws for a refusal of the API server. */
export function refusal(code: number, message: string, details: object = {}): KubeApiError {
  const body = JSON.stringify({ kind: 'Status', status: 'Failure', code, message, details });
  return new KubeApiError({ method: 'POST', path: '/', code, body });
}

export const invalidJob = (field: string, message: string): KubeApiError =>
  refusal(422, 'Job.batch "x" is invalid', { causes: [{ reason: 'FieldValueInvalid', field, message }] });

export const noAnswer = (): KubeConnectionError => new KubeConnectionError('POST /: no answer in 2500 ms');

export const brokenConnection = (): KubeConnectionError =>
  new KubeConnectionError('POST /: read ECONNRESET', { cause: new Error('read ECONNRESET') });
