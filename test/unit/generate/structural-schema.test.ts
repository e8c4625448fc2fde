import { expect, test } from 'vitest';
import { structuralSchema } from '../../../generate/structural-schema.ts';

test('a reference is resolved, and the fields beside it override those of its definition', () => {
  const schema = structuralSchema({
    $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.Time',
    description: 'When.',
  });
  expect(schema).toEqual({ type: 'string', format: 'date-time', description: 'When.' });
});

test('a reference to a definition that is not included is an error', () => {
  expect(() => structuralSchema({ $ref: '#/definitions/io.k8s.api.core.v1.Node' })).toThrow(
    /no Kubernetes definition io\.k8s\.api\.core\.v1\.Node/,
  );
});

test('a pattern is kept unless a rule explains the same in words', () => {
  expect(structuralSchema({ type: 'string', pattern: '^a$' })).toEqual({ type: 'string', pattern: '^a$' });
});
