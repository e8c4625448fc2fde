import type {
  EventsV1Event,
  V1ControllerRevision,
  V1EnvFromSource,
  V1EnvVar,
  V1ResourceRequirements,
  V1Toleration,
  V1Job,
  V1JobSpec,
  V1JobStatus,
  V1ObjectMeta,
  V1Pod,
} from '@kubernetes/client-node';

/**
 * A type of the client library as it is in JSON: an RFC 3339 string where the library's class has a `Date`, and optional
 * fields without `undefined`.
 */
export type Wire<T> = T extends Date
  ? string
  : T extends (infer E)[]
    ? Wire<E>[]
    : T extends object
      ? { [K in keyof T]: Wire<T[K]> }
      : T;

export type ObjectMeta = Wire<V1ObjectMeta>;
export type Job = Wire<V1Job>;
export type JobSpec = Wire<V1JobSpec>;
export type JobStatus = Wire<V1JobStatus>;
export type Pod = Wire<V1Pod>;
/** An Event of the group events.k8s.io. Controllers that use the older API leave `eventTime` out. */
export type ReportedEvent = Omit<Wire<EventsV1Event>, 'eventTime'> & { eventTime?: string | null };
export type EnvVar = Wire<V1EnvVar>;
export type EnvFromSource = Wire<V1EnvFromSource>;
export type ResourceRequirements = Wire<V1ResourceRequirements>;
export type Toleration = Wire<V1Toleration>;
/** `data` is what the creator stored, of any shape. */
export type ControllerRevision = Omit<Wire<V1ControllerRevision>, 'data'> & { data?: unknown };

/** What every object read from the API server has. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta;
}
