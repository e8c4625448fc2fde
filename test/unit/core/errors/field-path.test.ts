import { expect, test } from 'vitest';
import { FieldPath } from '../../../../core/errors/field-path.ts';

const spec = FieldPath.of('spec');

test.each([
  ['fields from the root', FieldPath.of('spec', 'template', 'spec'), 'spec.template.spec'],
  ['a field', spec.child('args'), 'spec.args'],
  ['nested fields', spec.child('template', 'metadata', 'labels'), 'spec.template.metadata.labels'],
  ['an element', spec.child('args').index(0), 'spec.args[0]'],
  ['a field of an element', spec.child('containers').index(1).child('image'), 'spec.containers[1].image'],
  [
    'an entry of a map',
    FieldPath.of('metadata', 'labels').key('example.com/team'),
    'metadata.labels[example.com/team]',
  ],
  ['a path given as text', FieldPath.from('spec.args[0]').child('x'), 'spec.args[0].x'],
  ['a path given as a path', FieldPath.from(spec).child('x'), 'spec.x'],
])('%s', (_, path, text) => {
  expect(String(path)).toBe(text);
});
