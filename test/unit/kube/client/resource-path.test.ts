import { describe, expect, it } from 'vitest';
import { JOBS } from '../../../../api/resources.ts';
import { collectionPath, objectPath } from '../../../../kube/client/resource-path.ts';

const PODS = { group: '', version: 'v1', plural: 'pods', kind: 'Pod' };

describe('collectionPath', () => {
  it.each([
    ['the core group', PODS, 'ns', '/api/v1/namespaces/ns/pods'],
    ['a named group', JOBS, 'ns', '/apis/batch/v1/namespaces/ns/jobs'],
    ['all namespaces', JOBS, undefined, '/apis/batch/v1/jobs'],
    ['a namespace with path separators', PODS, '../kube-system', '/api/v1/namespaces/..%2Fkube-system/pods'],
    ['an unpaired surrogate', PODS, '\uD800', '/api/v1/namespaces/%EF%BF%BD/pods'],
  ])('of %s', (_case, resource, namespace, path) => {
    expect(collectionPath(resource, namespace)).toBe(path);
  });
});

describe('objectPath', () => {
  it.each([
    ['a name', { namespace: 'ns', name: 'a' }, '/apis/batch/v1/namespaces/ns/jobs/a'],
    [
      'a subresource',
      { namespace: 'ns', name: 'a', subresource: 'status' },
      '/apis/batch/v1/namespaces/ns/jobs/a/status',
    ],
    ['no namespace', { name: 'a' }, '/apis/batch/v1/jobs/a'],
    ['a name with path separators', { name: 'a/../b?c' }, '/apis/batch/v1/jobs/a%2F..%2Fb%3Fc'],
    ['an unpaired surrogate', { name: '\uDFFF' }, '/apis/batch/v1/jobs/%EF%BF%BD'],
  ])('of %s', (_case, key, path) => {
    expect(objectPath(JOBS, key)).toBe(path);
  });
});
