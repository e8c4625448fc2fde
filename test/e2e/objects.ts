import type { Cluster } from './cluster.ts';
import type { Executed } from './execute.ts';

/** One namespace, and what users do in it with kubectl. */
export interface Place {
  /** Runs kubectl in the namespace. @throws on a non-zero exit code. */
  kubectl: (...args: string[]) => Promise<string>;
  /** Applies an object. Never throws if it is denied: check `code` and `stderr`. */
  apply: (object: object, ...args: string[]) => Promise<Executed>;
  /** Applies an object and returns the output of kubectl. A denial fails the test with its message. */
  accepted: (object: object, ...args: string[]) => Promise<Executed>;
  get: <T>(resource: string, name: string) => Promise<T>;
  list: <T>(resource: string, selector: string) => Promise<T[]>;
  /** Waits until a run is finished, and returns its phase. */
  phaseAtEnd: (run: string) => Promise<string>;
  /** The output of the Pods of a finished run. */
  logs: (run: string) => Promise<string>;
}

export function placeIn(cluster: Cluster, namespace: string): Place {
  const kubectl = (...args: string[]) => cluster.kubectl('-n', namespace, ...args);
  const apply = (object: object, ...args: string[]) => cluster.apply(JSON.stringify(object), '-n', namespace, ...args);
  const get = async <T>(resource: string, name: string) =>
    JSON.parse(await kubectl('get', resource, name, '-o', 'json')) as T;
  return {
    kubectl,
    apply,
    accepted: async (object, ...args) => {
      const done = await apply(object, ...args);
      if (done.code !== 0) throw new Error(done.stderr);
      return done;
    },
    get,
    list: async <T>(resource: string, selector: string) =>
      (JSON.parse(await kubectl('get', resource, '-l', selector, '-o', 'json')) as { items: T[] }).items,
    phaseAtEnd: async (run) => {
      await kubectl('wait', `jobrun/${run}`, '--for=condition=Finished', '--timeout=90s');
      return kubectl('get', 'jobrun', run, '-o', 'jsonpath={.status.phase}');
    },
    logs: async (run) => {
      const job = await kubectl('get', 'jobrun', run, '-o', 'jsonpath={.status.jobName}');
      return kubectl('logs', `job/${job}`);
    },
  };
}

/** A template with one busybox container `main`; `content` is merged beside spec, `pod` into the Pod's spec. */
export function template(name: string, container: object, { content = {}, spec = {}, pod = {} } = {}) {
  return {
    apiVersion: 'hematoscope.app/v1',
    kind: 'JobTemplate',
    metadata: { name },
    ...content,
    spec: {
      backoffLimit: 0,
      ...spec,
      template: {
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'main', image: 'busybox', ...container }],
          ...pod,
        },
      },
    },
  };
}

export const run = (name: string, templateRef: string, spec: object = {}, metadata: object = {}) => ({
  apiVersion: 'hematoscope.app/v1',
  kind: 'JobRun',
  metadata: { name, ...metadata },
  spec: { templateRef, ...spec },
});

/** A run as kubectl shows it, with the fields that the tests check. */
export interface SeenRun {
  metadata: {
    uid: string;
    resourceVersion: string;
    generation: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec: Record<string, unknown> & { templateRevision?: string };
  status: { jobName: string; phase: string; template?: { revision: string } };
}
