import { expect, test } from 'vitest';
import { controllerRevision } from '../../../core/template/controller-revision.ts';
import { templateOutline } from '../../../core/template/outline.ts';
import { versionOfTemplate } from '../../../core/template/template-version.ts';
import { CompiledTemplates } from '../../../revisions/compiled-templates.ts';
import { memoryOf } from '../../../revisions/template-memory.ts';
import { echoTemplate } from '../core/objects.ts';

const template = echoTemplate();
const version = versionOfTemplate(template);
const { key } = version;
const { revision } = version.compiled;

const stored = (uid: string) => {
  const object = controllerRevision(version, 'team');
  return { ...object, metadata: { ...object.metadata, uid } };
};

test('a template is compiled once for each generation', () => {
  const templates = new CompiledTemplates();
  const again = structuredClone(template);
  expect(templates.ofTemplate(again)).toBe(templates.ofTemplate(template));
  const next = { ...template, metadata: { ...template.metadata, generation: 2 } };
  expect(templates.ofTemplate(next)).not.toBe(templates.ofTemplate(template));
});

test('a template without a uid is compiled each time: nothing shows that it is the same one', () => {
  const templates = new CompiledTemplates();
  const { name = '' } = template.metadata;
  const unstored = { ...template, metadata: { name } };
  expect(templates.ofTemplate(unstored)).not.toBe(templates.ofTemplate(unstored));
});

test.each([{ uid: 't' }, { generation: 1 }])('so is a template with %j alone', (part) => {
  const templates = new CompiledTemplates();
  const half = { ...template, metadata: { name: 'echo', ...part } };
  expect(templates.ofTemplate(half)).not.toBe(templates.ofTemplate(half));
});

test('a template is known by its outline once it was compiled', () => {
  const templates = new CompiledTemplates();
  expect(templates.known(templateOutline(template))).toBeUndefined();
  const compiled = templates.ofTemplate(template);
  expect(templates.known(templateOutline(template))).toBe(compiled);
  const next = { ...template, metadata: { ...template.metadata, generation: 2 } };
  expect(templates.known(templateOutline(next))).toBeUndefined();
});

test('a stored revision without a uid is compiled each time, and foreign data is not compiled', () => {
  const templates = new CompiledTemplates();
  const unstored = controllerRevision(version, 'team');
  expect(templates.ofRevision(unstored)?.compiled.revision).toBe(revision);
  expect(templates.ofRevision(unstored)).not.toBe(templates.ofRevision(unstored));
  expect(templates.ofRevision({ ...stored('r'), data: {} })).toBeUndefined();
  expect(
    templates.ofRevision({ ...stored('s'), data: { ...(stored('s').data as object), content: {} } }),
  ).toBeUndefined();
});

test('revisions of other objects, owners and numbers are compiled on their own', () => {
  const templates = new CompiledTemplates();
  const one = templates.ofRevision(stored('r'));
  expect(templates.ofRevision(stored('s'))).not.toBe(one);
  expect(templates.ofRevision({ ...stored('r'), revision: 9 })).not.toBe(one);
  const orphan = { ...stored('r').metadata, ownerReferences: [] };
  expect(templates.ofRevision({ ...stored('r'), metadata: orphan })).not.toBe(one);
});

test('a stored revision is compiled once, and again when its owner changes', () => {
  const templates = new CompiledTemplates();
  const object = stored('r');
  expect(templates.ofRevision(structuredClone(object))).toBe(templates.ofRevision(object));
  const owners = object.metadata.ownerReferences!.map((owner) => ({ ...owner, uid: 'new' }));
  const adopted = { ...object, metadata: { ...object.metadata, ownerReferences: owners } };
  expect(templates.ofRevision(adopted)?.uid).toBe('new');
});

test('a version is found by its revision from when it is remembered until it is forgotten', () => {
  const templates = new CompiledTemplates();
  expect(templates.find(key, revision)).toBeUndefined();
  templates.remember(version);
  expect(templates.find(key, revision)).toBe(version);
  expect(templates.find({ ...key, name: 'other' }, revision)).toBeUndefined();
  templates.forget(key, revision);
  expect(templates.find(key, revision)).toBeUndefined();
});

test('a version is found by its revision no longer than the limit', () => {
  let now = 1000;
  const templates = new CompiledTemplates({ revisionTtlMs: 60_000, now: () => now });
  templates.remember(version);
  now += 59_999;
  expect(templates.find(key, revision)).toBe(version);
  now += 2;
  expect(templates.find(key, revision)).toBeUndefined();
});

test('the least recently used version is evicted when the memory is used up', () => {
  const big = (uid: string) => ({
    ...echoTemplate({ backoffLimit: 1 }),
    metadata: { ...template.metadata, uid, annotations: {} },
  });
  const bytes = memoryOf(versionOfTemplate(big('a')).compiled);
  const templates = new CompiledTemplates({ maxBytes: 2 * bytes });
  const a = templates.ofTemplate(big('a'));
  const b = templates.ofTemplate(big('b'));
  expect(templates.ofTemplate(big('a'))).toBe(a);
  templates.ofTemplate(big('c'));
  expect(templates.ofTemplate(big('a'))).toBe(a);
  expect(templates.ofTemplate(big('b'))).not.toBe(b);
});

test('the largest template is compiled once, also if it has more placeholders than a template can have', () => {
  const templates = new CompiledTemplates();
  const of = (count: number) => {
    const parameters = Array.from({ length: 100 }, (_, i) => ({ name: `p${i}` }));
    const args = ['$(a) '.repeat(count), 'x'.repeat(255_000 - 5 * count)];
    const spec = { containers: [{ name: 'echo', image: 'busybox', args }] };
    const { metadata, ...others } = echoTemplate({ template: { spec } });
    return { ...others, parameters, metadata: { ...metadata, generation: count } };
  };
  for (const count of [49_000, 49_999]) expect(templates.ofTemplate(of(count))).toBe(templates.ofTemplate(of(count)));
  const refused = templates.ofTemplate(of(51_000));
  expect(templates.ofTemplate(of(51_000))).toBe(refused);
  expect(refused.compiled.errors.map(({ message }) => message)).toEqual([
    'Forbidden: the template has 51,000 "$", and can have at most 50,000; put long scripts into a ConfigMap',
  ]);
});

test('a revision that was written by hand is cached too, whatever its parameters are', () => {
  for (const parameters of [{}, [null], [{ schema: { pattern: 1 } }], 'x']) {
    const { compiled } = versionOfTemplate({ ...template, parameters: parameters as unknown as [] });
    expect(memoryOf(compiled)).toBeGreaterThan(0);
  }
});
