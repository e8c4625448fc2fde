import type { Static } from 'typebox';
import { Type } from 'typebox';
import { AtomicList, StringEnum } from './schema-kit.ts';

/** The only version of AdmissionReview that the webhook supports. */
export const ADMISSION_API_VERSION = 'admission.k8s.io/v1';

const GroupVersionKindSchema = Type.Object({ group: Type.String(), version: Type.String(), kind: Type.String() });

const GroupVersionResourceSchema = Type.Object({
  group: Type.String(),
  version: Type.String(),
  resource: Type.String(),
});

const UserInfoSchema = Type.Object({
  username: Type.Optional(Type.String()),
  uid: Type.Optional(Type.String()),
  groups: Type.Optional(AtomicList(Type.String(), { nullable: true })),
  extra: Type.Optional(
    Type.Unsafe<Record<string, string[]>>({
      type: 'object',
      additionalProperties: { type: 'array', items: { type: 'string' } },
      nullable: true,
    }),
  ),
});

const text = Type.Optional(Type.String());
const texts = Type.Optional(
  Type.Unsafe<Record<string, string> | null>({
    type: 'object',
    additionalProperties: { type: 'string' },
    nullable: true,
  }),
);

/** What the API server guarantees: the object's identity. The rest of it can be anything. */
const AdmittedObjectSchema = Type.Unsafe<unknown>({
  ...Type.Object({
    metadata: Type.Object({
      name: text,
      generateName: text,
      namespace: text,
      uid: text,
      resourceVersion: text,
      deletionTimestamp: text,
      generation: Type.Optional(Type.Integer()),
      labels: texts,
      annotations: texts,
    }),
  }),
  nullable: true,
});

/** A request of the API server: the fields of `admission.k8s.io/v1` that the webhook reads. */
export const AdmissionRequestSchema = Type.Object({
  uid: Type.String({ minLength: 1 }),
  kind: GroupVersionKindSchema,
  resource: GroupVersionResourceSchema,
  subResource: Type.Optional(Type.String()),
  operation: StringEnum(['CREATE', 'UPDATE', 'DELETE', 'CONNECT'], {}),
  /** Absent or empty while the API server has not generated the name from `generateName`. */
  name: Type.Optional(Type.String()),
  namespace: Type.Optional(Type.String()),
  userInfo: UserInfoSchema,
  /** As the client sent it and other webhooks changed it; null on DELETE. Only its metadata is checked here. */
  object: Type.Optional(AdmittedObjectSchema),
  /** Null on CREATE. Only its metadata is checked here. */
  oldObject: Type.Optional(AdmittedObjectSchema),
  dryRun: Type.Optional(Type.Unsafe<boolean | null>({ type: 'boolean', nullable: true })),
  options: Type.Optional(Type.Unknown()),
});

export type AdmissionRequest = Static<typeof AdmissionRequestSchema>;

export const AdmissionReviewSchema = Type.Object({
  apiVersion: StringEnum([ADMISSION_API_VERSION], {}),
  kind: StringEnum(['AdmissionReview'], {}),
  request: AdmissionRequestSchema,
});

/** The body of a call to the webhook. */
export type AdmissionReview = Static<typeof AdmissionReviewSchema>;

/** One mistake, as the API server returns it to the client (`metav1.StatusCause`). */
export interface StatusCause {
  reason: string;
  message: string;
  field: string;
}

/** Why a request is denied (`metav1.Status`): `kubectl` prints the message, programs read the causes. */
export interface AdmissionStatus {
  code: number;
  reason: string;
  message: string;
  details?: { name?: string; group?: string; kind?: string; causes?: StatusCause[] };
}

export interface AdmissionResponse {
  /** The uid of the request. */
  uid: string;
  allowed: boolean;
  status?: AdmissionStatus;
  /** JSON Patch (RFC 6902), base64. */
  patch?: string;
  patchType?: 'JSONPatch';
  /** kubectl prints them, even when the request is allowed. */
  warnings?: string[];
  /** For the API server's audit log. */
  auditAnnotations?: Record<string, string>;
}

/** The body of the webhook's answer. */
export interface AdmissionReviewAnswer {
  apiVersion: typeof ADMISSION_API_VERSION;
  kind: 'AdmissionReview';
  response: AdmissionResponse;
}
