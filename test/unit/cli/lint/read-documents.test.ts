import { describe, expect, it } from 'vitest';
import { readDocuments } from '../../../../cli/lint/read-documents.ts';

const valuesOf = (text: string) => readDocuments('f', text).objects.map(({ value }) => value);

describe('the objects of a file', () => {
  it.each([
    ['several documents', 'a: 1\n---\n---\nb: 2\n', [{ a: 1 }, { b: 2 }]],
    ['JSON', '{\n\t"a": [1]\n}', [{ a: [1] }]],
    ['no document', '# nothing\n', []],
    ['a list', 'kind: List\nitems: [{ a: 1 }, { kind: RunList, items: [{ b: 2 }] }]', [{ a: 1 }, { b: 2 }]],
    ['aliases', 'a: &x [1]\nb: *x\n', [{ a: [1], b: [1] }]],
    ['merged maps', 'a: &x { b: 1 }\nc: { <<: *x, d: 2 }\n', [{ a: { b: 1 }, c: { b: 1, d: 2 } }]],
    [
      'words as kubectl reads them',
      'a: yes\nb: 010\nc: 1:30\nd: 2026-11-01\ne: "no"',
      [{ a: true, b: 8, c: '1:30', d: '2026-11-01', e: 'no' }],
    ],
  ])('%s', (_, text, values) => {
    expect(valuesOf(text)).toEqual(values);
  });

  it.each([
    ['a syntax error', 'a: 1\nb: [\n', 3],
    ['a number that JSON does not have', 'a: 1\nb: .inf\n', 2],
    ['a field that is set twice', 'a: 1\nb: 2\na: 3\n', 3],
    [
      'aliases of aliases',
      `${'abcdefghijklmnop'
        .split('')
        .map((name, at, all) => `${name}: &${name} [${at === 0 ? '1' : `*${all[at - 1]!}, `.repeat(9)}]`)
        .join('\n')}\n`,
      1,
    ],
    ['too many levels', `a: ${'['.repeat(100_000)}`, 1],
  ])('%s is a mistake', (_, text, line) => {
    const { objects, mistake } = readDocuments('f', text);
    expect([objects, mistake?.line]).toEqual([[], line]);
  });
});

describe('the line of a field', () => {
  const text = `# comment
kind: List
items:
  - spec:
      containers:
        - name: work
          image: a
      labels:
        example.com/a: b
    args: &args
      - x
    also: *args
`;
  const [object] = readDocuments('f', text).objects;

  it.each([
    ['', 4],
    ['spec', 4],
    ['spec.containers[0].image', 7],
    ['spec.containers[work].image', 7],
    ['spec.containers[0].missing.deeper', 6],
    ['spec.labels[example.com/a]', 9],
    ['args[0]', 11],
    ['also[0]', 11],
    ['missing', 4],
  ])('%s', (path, line) => {
    expect(object?.lineOf(path)).toBe(line);
  });
});
