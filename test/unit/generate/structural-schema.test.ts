import { expect, test } from 'vitest';
import { structuralSchema } from '../../../generate/structural-schema.ts';

test('a reference is written out, with what stands beside it in place of what stands in it', () => {
  const schema = structuralSchema({
    $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.Time',
    description: 'When.',
  });
  expect(schema).toEqual({ type: 'string', format: 'date-time', description: 'When.' });
});

test('a reference to a definition that was not taken over is an error', () => {
  expect(() => structuralSchema({ $ref: '#/definitions/io.k8s.api.core.v1.Node' })).toThrow(
    /no Kubernetes definition io\.k8s\.api\.core\.v1\.Node/,
  );
});

test('a pattern is kept where no rule says the same in words', () => {
  expect(structuralSchema({ type: 'string', pattern: '^a$' })).toEqual({ type: 'string', pattern: '^a$' });
});
