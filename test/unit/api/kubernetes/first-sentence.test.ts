import { expect, test } from 'vitest';
import { firstSentence } from '../../../../api/kubernetes/first-sentence.ts';

test.each([
  ['ends at the first full stop before a new sentence', 'Runs a Pod. Cannot be updated.', 'Runs a Pod.'],
  ['does not end at a dot within a name', 'Of metadata.name in v1.2 only. More.', 'Of metadata.name in v1.2 only.'],
  ['does not end at an abbreviation', 'A rule, e.g. A or B, i.e. Any. Rest.', 'A rule, e.g. A or B, i.e. Any.'],
  ['ends with the paragraph', 'One\nline\n\nAnother. Paragraph.', 'One line'],
  ['keeps a description of one sentence', 'The name.', 'The name.'],
  ['ends before a bracketed sentence', 'The name. (Deprecated)', 'The name.'],
])('%s', (_, description, sentence) => {
  expect(firstSentence(description)).toBe(sentence);
});
