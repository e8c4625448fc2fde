import type { JobTemplate } from '../../../api/job-template.ts';
import type { Resource } from '../../../api/resources.ts';
import type { Job, KubeObject } from '../../../api/wire.ts';
import { KubeApiError, KubeConnectionError } from '../../../kube/api-error.ts';
import type { KubeClient, WriteOptions } from '../../../kube/client.ts';

/** One dry run, as it was asked for. */
export interface DryRun {
  namespace: string | undefined;
  job: Job;
  options: WriteOptions;
}

/** A hand-written API server with as much as the webhook asks for: JobTemplates to read, Jobs to try out. */
export class FakeApiServer implements Pick<KubeClient, 'get' | 'create'> {
  readonly templates = new Map<string, JobTemplate>();
  readonly dryRuns: DryRun[] = [];
  /** Answers a dry run; throws for a refusal. */
  onDryRun: (dryRun: DryRun) => void = () => undefined;
  /** Thrown by every read while it is set. */
  down: Error | undefined;
  gets = 0;

  get<T extends KubeObject>(_resource: Resource, { namespace, name }: Parameters<KubeClient['get']>[1]): Promise<T> {
    this.gets += 1;
    if (this.down) return Promise.reject(this.down);
    const template = this.templates.get(`${namespace ?? ''}/${name}`);
    if (!template) return Promise.reject(refusal(404, `jobtemplates.hematoscope.app "${name}" not found`));
    return Promise.resolve(structuredClone(template) as KubeObject as T);
  }

  create<T extends KubeObject>(
    _resource: Resource,
    namespace: string | undefined,
    body: T,
    options: WriteOptions = {},
  ): Promise<T> {
    const dryRun = { namespace, job: body as KubeObject as Job, options };
    this.dryRuns.push(dryRun);
    return new Promise((resolve) => {
      this.onDryRun(dryRun);
      resolve(body);
    });
  }
}

/** What the API server's refusal becomes in the client. */
export function refusal(code: number, message: string, details: object = {}): KubeApiError {
  const body = JSON.stringify({ kind: 'Status', status: 'Failure', code, message, details });
  return new KubeApiError({ method: 'POST', path: '/', code, body });
}

export const invalidJob = (field: string, message: string): KubeApiError =>
  refusal(422, 'Job.batch "x" is invalid', { causes: [{ reason: 'FieldValueInvalid', field, message }] });

export const noAnswer = (): KubeConnectionError => new KubeConnectionError('POST /: no answer in 2500 ms');

export const brokenConnection = (): KubeConnectionError =>
  new KubeConnectionError('POST /: read ECONNRESET', { cause: new Error('read ECONNRESET') });
