import { expect, test } from 'vitest';
import { ANNOTATIONS, CONDITIONS, LABELS, PHASE_MEANINGS } from '../../../api/glossary.ts';
import { REASONS } from '../../../api/reason-glossary.ts';
import * as names from '../../../api/names.ts';

const constants = (prefix: string): string[] =>
  Object.entries(names)
    .filter(([name]) => name.startsWith(prefix))
    .map(([, value]) => value as string);

test.each([
  ['LABEL_', LABELS],
  ['ANNOTATION_', ANNOTATIONS],
  ['CONDITION_', CONDITIONS],
  ['REASON_', REASONS],
])('every %s name of the API is explained on the reference page, once', (prefix, terms) => {
  expect(terms.map(({ name }) => name).toSorted()).toEqual(constants(prefix).toSorted());
});

test('every phase is explained', () => {
  expect(Object.keys(PHASE_MEANINGS)).toEqual([...names.PHASES]);
});
