import { describe, expect, it } from 'vitest';
import { placeholderPlan, type PlanNode } from '../../../../core/template/placeholder-plan.ts';

/** A JobSpec with the value at the path; a number is an index, and the elements before it are null. */
function specWith(names: (string | number)[], value: unknown): unknown {
  return names.reduceRight<unknown>((inner, name) => {
    return typeof name === 'number' ? [...new Array<null>(name).fill(null), inner] : { [name]: inner };
  }, value);
}

/** The node at the end of a plan. */
function leafOf(node: PlanNode | undefined): PlanNode | undefined {
  if (node?.kind === 'list') return leafOf(Array.from(node.items.values())[0]);
  return node?.kind === 'map' ? leafOf(Array.from(node.fields.values())[0]) : node;
}

const POD = ['template', 'spec'];
const FIRST = [...POD, 'containers', 0];

describe('the strings of a plan', () => {
  const stringsOf = (spec: unknown) =>
    placeholderPlan(spec).strings.map(({ path, kind, collection }) => ({ path, kind, collection }));

  it.each<[string, (string | number)[], object]>([
    [
      'a field',
      [...FIRST, 'image'],
      { path: 'spec.template.spec.containers[0].image', kind: 'field', collection: undefined },
    ],
    [
      'an element of a list',
      [...FIRST, 'args', 2],
      {
        path: 'spec.template.spec.containers[0].args[2]',
        kind: 'element',
        collection: 'spec.template.spec.containers[0].args',
      },
    ],
    [
      'a field of an object in a list',
      [...FIRST, 'env', 0, 'value'],
      { path: 'spec.template.spec.containers[0].env[0].value', kind: 'field', collection: undefined },
    ],
    [
      'a field with a name that no schema has',
      [...POD, 'a/b'],
      { path: 'spec.template.spec[a/b]', kind: 'field', collection: undefined },
    ],
    [
      'a field whose name begins with a digit',
      [...POD, '1a'],
      { path: 'spec.template.spec[1a]', kind: 'field', collection: undefined },
    ],
    ...[
      ['template', 'metadata', 'labels'],
      ['template', 'metadata', 'annotations'],
      ['selector', 'matchLabels'],
      [...POD, 'nodeSelector'],
      [...POD, 'overhead'],
    ].map((map): [string, string[], object] => [
      `a value in the map ${map.at(-1)!}`,
      [...map, 'team'],
      { path: `spec.${map.join('.')}[team]`, kind: 'field', collection: `spec.${map.join('.')}` },
    ]),
    [
      'a limit',
      [...FIRST, 'resources', 'limits', 'cpu'],
      {
        path: 'spec.template.spec.containers[0].resources.limits[cpu]',
        kind: 'field',
        collection: 'spec.template.spec.containers[0].resources.limits',
      },
    ],
  ])('has %s', (_, names, expected) => {
    expect(stringsOf(specWith(names, 'a $(params.x)'))).toEqual([expected]);
  });

  it('are those with a $, whatever it means', () => {
    const spec = specWith([...FIRST, 'args'], ['a', '$', '(b)', '$(HOME)', 5, true, null]);
    expect(stringsOf(spec).map(({ path }) => path)).toEqual([
      'spec.template.spec.containers[0].args[1]',
      'spec.template.spec.containers[0].args[3]',
    ]);
  });

  it('have their tokens', () => {
    expect(placeholderPlan({ a: 'b$(params.x)' }).strings[0]?.tokens).toMatchObject([
      { kind: 'text', source: 'b' },
      { kind: 'placeholder', name: 'x' },
    ]);
  });

  it('are keys too', () => {
    const spec = specWith(['template', 'metadata', 'labels'], { '$(params.x)': 'v', plain: 'v' });
    expect(placeholderPlan(spec).strings).toMatchObject([
      {
        path: 'spec.template.metadata.labels[$(params.x)]',
        kind: 'key',
        tokens: [{ kind: 'placeholder', name: 'x' }],
      },
    ]);
  });

  it.each([[undefined], [null], ['$(params.x)'], [7]])('are none in %j, which is not a spec', (spec) => {
    expect(placeholderPlan(spec)).toEqual({ strings: [] });
  });
});

describe('the nodes of a plan', () => {
  it('lead to the replaced strings, and to nothing else', () => {
    const { root } = placeholderPlan({ a: ['x', '$(params.x)', '$(HOME)'], b: { c: 'y', d: '$(params.y)' }, e: '$' });
    expect(root).toEqual({
      kind: 'map',
      fields: new Map<string, unknown>([
        ['a', { kind: 'list', items: new Map([[1, expect.objectContaining({ kind: 'string' })]]) }],
        ['b', { kind: 'map', fields: new Map([['d', expect.objectContaining({ kind: 'string' })]]) }],
      ]),
    });
  });

  it.each([
    ['nothing has a $', { a: 'b', c: ['d'], e: { f: 1 } }],
    ['there are only variables', { a: '$(HOME)', c: ['$x', '$'] }],
    ['there are only keys', { '$(params.x)': 'a' }],
  ])('are none where %s', (_, spec) => {
    expect(placeholderPlan(spec)).not.toHaveProperty('root');
  });

  it.each<[string, unknown, string]>([
    ['$(params.x[*]) as an element is replaced by elements', ['$(params.x[*])'], 'elements'],
    ['$(params.x[*]) in a field is not replaced by elements', '$(params.x[*])', 'string'],
    ['$(params.x[*]) as part of an element is not replaced by elements', ['a$(params.x[*])'], 'string'],
    ['two of them in one element are not replaced by elements', ['$(params.x[*])$(params.x[*])'], 'string'],
    ['$(params.x) as an element is not replaced by elements', ['$(params.x)'], 'string'],
    ['$(params.x[*]) in a field of an element is not replaced by elements', [{ a: '$(params.x[*])' }], 'string'],
  ])('%s', (_, value, kind) => {
    expect(leafOf(placeholderPlan({ a: value }).root)?.kind).toBe(kind);
  });

  it('have the name of the list parameter', () => {
    expect(leafOf(placeholderPlan({ a: ['$(params.files[*])'] }).root)).toMatchObject({ name: 'files' });
  });
});

describe('a string that the kubelet expands', () => {
  const isExpanded = (names: (string | number)[]): boolean => {
    const leaf = leafOf(placeholderPlan(specWith(names, '$(params.x)')).root);
    return leaf?.kind === 'string' && leaf.kubelet;
  };
  const other = [...POD, 'initContainers', 12];

  it.each<(string | number)[]>([
    [...FIRST, 'command', 0],
    [...FIRST, 'args', 11],
    [...FIRST, 'env', 0, 'value'],
    [...FIRST, 'livenessProbe', 'exec', 'command', 1],
    [...FIRST, 'readinessProbe', 'exec', 'command', 1],
    [...FIRST, 'startupProbe', 'exec', 'command', 1],
    [...FIRST, 'volumeMounts', 0, 'subPathExpr'],
    [...other, 'command', 0],
    [...other, 'args', 0],
    [...other, 'env', 0, 'value'],
  ])('is at %s %s %s %s %s %s %s %s', (...names) => {
    expect(isExpanded(names)).toBe(true);
  });

  it.each<(string | number)[]>([
    [...FIRST, 'image'],
    [...FIRST, 'workingDir'],
    [...FIRST, 'env', 0, 'name'],
    [...FIRST, 'volumeMounts', 0, 'mountPath'],
    [...FIRST, 'lifecycle', 'preStop', 'exec', 'command', 0],
    [...FIRST, 'livenessProbe', 'httpGet', 'path'],
    [...POD, 'serviceAccountName'],
    [...POD, 'ephemeralContainers', 0, 'args', 0],
    ['template', 'metadata', 'annotations', 'args'],
  ])('is not at %s %s %s %s %s %s %s %s', (...names) => {
    expect(isExpanded(names)).toBe(false);
  });

  it('keeps an escaped placeholder; any other string loses its first $', () => {
    expect(placeholderPlan(specWith([...FIRST, 'args', 0], '$$(params.x)'))).not.toHaveProperty('root');
    expect(leafOf(placeholderPlan(specWith([...FIRST, 'image'], '$$(params.x)')).root)).toMatchObject({
      kind: 'string',
      kubelet: false,
    });
  });

  it('is determined by the elements of a list', () => {
    const elements = (field: string) => leafOf(placeholderPlan(specWith([...FIRST, field, 0], '$(params.x[*])')).root);
    expect(elements('args')).toEqual({ kind: 'elements', name: 'x', kubelet: true });
    expect(elements('other')).toEqual({ kind: 'elements', name: 'x', kubelet: false });
  });
});

describe('nested content', () => {
  const deep = (levels: number, name: string | number) =>
    specWith(new Array<string | number>(levels).fill(name), '$(params.x)');

  it.each(['a', 0])('is searched 64 levels deep (%s)', (name) => {
    const plan = placeholderPlan(deep(65, name));
    expect(plan).not.toHaveProperty('tooDeep');
    expect(plan.strings).toHaveLength(1);
  });

  it.each([
    ['a', `spec${'.a'.repeat(65)}`],
    [0, `spec${'[0]'.repeat(65)}`],
  ])('is not searched deeper, and this is reported (%s)', (name, path) => {
    expect(placeholderPlan(deep(66, name))).toEqual({ strings: [], tooDeep: path });
  });
});
