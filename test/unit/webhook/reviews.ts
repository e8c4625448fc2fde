import type { AdmissionRequest, AdmissionReview } from '../../../api/admission-review.ts';

/** What kube-apiserver 1.37 sends for `kubectl create -f run.yaml`, with the object's own fields as given. */
export function jobRunReview(
  spec: unknown = { templateRef: 'echo' },
  metadata: object = {},
  request: Partial<AdmissionRequest> = {},
): AdmissionReview {
  return review('JobRun', 'jobruns', {
    object: { metadata: { ...storedMetadata('echo-hello'), ...metadata }, spec },
    ...request,
  });
}

export function jobTemplateReview(
  spec: unknown,
  metadata: object = {},
  request: Partial<AdmissionRequest> = {},
): AdmissionReview {
  return review('JobTemplate', 'jobtemplates', {
    object: { metadata: { ...storedMetadata('echo'), ...metadata }, spec },
    ...request,
  });
}

export const ECHO_SPEC = {
  template: { spec: { restartPolicy: 'Never', containers: [{ name: 'echo', image: 'busybox', command: ['echo'] }] } },
};

function storedMetadata(name: string): object {
  return {
    name,
    namespace: 'team',
    uid: '9d6f1f0a-3a52-4a5b-9d0e-2f5d3f1f7a01',
    creationTimestamp: '2026-11-23T22:05:12Z',
    generation: 1,
    managedFields: [
      {
        manager: 'kubectl-create',
        operation: 'Update',
        apiVersion: 'hematoscope.app/v1',
        time: '2026-11-23T22:05:12Z',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:spec': {} },
      },
    ],
  };
}

function review(kind: string, resource: string, request: Partial<AdmissionRequest>): AdmissionReview {
  const object = request.object as { metadata: { name: string } };
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      kind: { group: 'hematoscope.app', version: 'v1', kind },
      resource: { group: 'hematoscope.app', version: 'v1', resource },
      name: object.metadata.name,
      namespace: 'team',
      operation: 'CREATE',
      userInfo: {
        username: 'jane',
        uid: '014fbff9a07c',
        groups: ['system:authenticated', 'ci'],
        extra: { scopes: ['a'] },
      },
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'kubectl-create' },
      ...request,
      object: { apiVersion: 'hematoscope.app/v1', kind, ...object },
    },
  };
}
