import { describe, expect, it } from 'vitest';
import type { AdmissionRequest } from '../../../../api/admission-review.ts';
import { objectSize } from '../../../../webhook/admission/object-size.ts';

const KIB = 1024;

const object = (bytes: number, metadata: object = {}) => ({ metadata, spec: { text: 'a'.repeat(bytes) } });

function checked(request: {
  operation?: string;
  kind?: string;
  resource?: string;
  object: unknown;
  oldObject?: unknown;
}) {
  const { operation = 'CREATE', kind = 'JobRun', resource = 'jobruns', ...objects } = request;
  const group = { group: 'hematoscope.app', version: 'v1' };
  const complete = { operation, kind: { ...group, kind }, resource: { ...group, resource }, ...objects };
  return objectSize({ request: complete as AdmissionRequest, signal: AbortSignal.abort() });
}

describe('the size of an object', () => {
  it.each([
    ['JobRun', 'jobruns'],
    ['JobTemplate', 'jobtemplates'],
    ['ClusterJobTemplate', 'clusterjobtemplates'],
  ])('is at most 256 KiB: %s', (kind, resource) => {
    expect(checked({ kind, resource, object: object(255 * KIB) })).toEqual({});
    const message = `Too long: the ${kind} has 257 KiB, and can have at most 256 KiB; put large data into a ConfigMap, a Secret or a volume`;
    expect(checked({ kind, resource, object: object(256 * KIB) })).toEqual({
      errors: [{ path: '', reason: 'FieldValueTooLong', message }],
    });
  });

  it('is counted in bytes', () => {
    expect(checked({ object: object(0, { annotations: { a: '€'.repeat(90 * KIB) } }) }).errors).toHaveLength(1);
  });

  it('does not count what the API server manages', () => {
    expect(checked({ object: object(1, { managedFields: [{ fieldsV1: 'a'.repeat(300 * KIB) }] }) })).toEqual({});
  });

  it('does not matter in an update that makes no object larger', () => {
    const oldObject = object(300 * KIB);
    const update = { operation: 'UPDATE', oldObject };
    expect(checked({ ...update, object: oldObject })).toEqual({});
    expect(checked({ ...update, object: object(299 * KIB) })).toEqual({});
    expect(checked({ ...update, object: object(301 * KIB) }).errors).toHaveLength(1);
  });

  it('has at most 100 levels, whatever its size', () => {
    const nested = (depth: number) => ({ spec: JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown });
    expect(checked({ object: nested(100) })).toEqual({});
    const message = 'Invalid value: the JobRun has more than 100 levels of maps and lists in each other';
    for (const depth of [101, 9000]) {
      expect(checked({ object: nested(depth) })).toEqual({
        errors: [{ path: '', reason: 'FieldValueInvalid', message }],
      });
    }
    expect(checked({ operation: 'UPDATE', oldObject: nested(9000), object: nested(9000) })).toEqual({});
    expect(checked({ operation: 'UPDATE', oldObject: nested(9), object: nested(9000) }).errors).toHaveLength(1);
  });
});
