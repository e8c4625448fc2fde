import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobTemplate } from '../../../../api/job-template.ts';
import type { Parameter, ParameterValue } from '../../../../api/parameter.ts';
import type { JobSpec } from '../../../../api/wire.ts';
import { substitute } from '../../../../core/job/substitute.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { echoRun, echoTemplate } from '../objects.ts';

const PARAMETERS: Parameter[] = [
  { name: 'x', default: '' },
  { name: 'l', schema: { type: 'array', items: { type: 'string' } }, default: [] },
  { name: 'n', schema: { type: 'number' }, default: 0 },
  { name: 'b', schema: { type: 'boolean' }, default: false },
];

/** A template whose first container has the given fields. */
function template(container: object): JobTemplate {
  const containers = [{ name: 'c', image: 'i', ...container }, { name: 'other' }];
  return { ...echoTemplate({ template: { spec: { containers } } }), parameters: PARAMETERS };
}

function substituted(of: JobTemplate, parameters: Record<string, ParameterValue> = {}): JobSpec {
  const result = substitute(compileTemplate(of), echoRun({ parameters }));
  if ('errors' in result) throw new Error(JSON.stringify(result.errors));
  return result.spec;
}

const containerOf = (spec: JobSpec) => spec.template.spec!.containers[0]!;
const argsOf = (args: string[], parameters: Record<string, ParameterValue>) =>
  containerOf(substituted(template({ args }), parameters)).args;
const imageOf = (image: string, parameters: Record<string, ParameterValue>) =>
  containerOf(substituted(template({ image }), parameters)).image;

describe('in a string that the kubelet expands', () => {
  it.each<[string, string[], Record<string, ParameterValue>, string[]]>([
    ['a value replaces the placeholder', ['a $(params.x) b'], { x: 'v' }, ['a v b']],
    ['each $ of a value is doubled', ['$(params.x)'], { x: '$$(A)$' }, ['$$$$(A)$$']],
    ['each $ of an element is doubled', ['$(params.l[*])'], { l: ['$a', '$'] }, ['$$a', '$$']],
    ['an escaped placeholder stays as it is', ['$$(params.x)$(params.x)'], { x: 'v' }, ['$$(params.x)v']],
    ['a variable stays as it is', ['$(HOME)$(params.x)'], { x: 'v' }, ['$(HOME)v']],
    ['the $ of a command is doubled', ['$(date $(params.x))'], { x: 'v' }, ['$$(date v)']],
    [
      'elements are inserted among other elements',
      ['a', '$(params.l[*])', 'b'],
      { l: ['1', '2'] },
      ['a', '1', '2', 'b'],
    ],
    ['an empty list leaves no element', ['a', '$(params.l[*])'], { l: [] }, ['a']],
    ['other elements stay', ['a', '$(params.x)', 'b'], { x: 'v' }, ['a', 'v', 'b']],
    ['numbers and booleans are written as in JSON', ['$(params.n)|$(params.b)'], { n: -0.5, b: true }, ['-0.5|true']],
    ['an empty value leaves nothing', ['[$(params.x)]'], { x: '' }, ['[]']],
  ])('%s', (_, args, values, expected) => {
    expect(argsOf(args, values)).toEqual(expected);
  });
});

describe('in a string that the kubelet does not expand', () => {
  it.each<[string, string, Record<string, ParameterValue>, string]>([
    ['a $ of a value is one $', '$(params.x)', { x: 'a$$(B)' }, 'a$$(B)'],
    ['an escaped placeholder loses its first $', 'a$$(params.x)', { x: 'v' }, 'a$(params.x)'],
    ['a command keeps its $', '$(date $(params.x))', { x: '$' }, '$(date $)'],
    ['a variable stays as it is', '$(HOME)/$(params.x)', { x: 'v' }, '$(HOME)/v'],
  ])('%s', (_, image, values, expected) => {
    expect(imageOf(image, values)).toBe(expected);
  });
});

describe('whatever the values are', () => {
  const nasty = fc
    .array(fc.oneof(fc.constantFrom('$', '$$', '$(', ')', '$(params.x)', '$&', "$'", '\\', '"', '\n'), fc.string()), {
      maxLength: 6,
    })
    .map((parts) => parts.join(''))
    .filter((text) => text.isWellFormed() && !text.includes('\0'));

  it('they arrive byte for byte, with each $ doubled if the kubelet halves it', () => {
    fc.assert(
      fc.property(nasty, fc.array(nasty, { maxLength: 3 }), (x, l) => {
        expect(imageOf('<$(params.x)>', { x })).toBe(`<${x}>`);
        expect(argsOf(['<$(params.x)>', '$(params.l[*])'], { x, l })).toEqual(
          [`<${x}>`, ...l].map((text) => text.split('$').join('$$')),
        );
      }),
    );
  });
});

describe('a part without placeholders', () => {
  it('is shared with the template, and the template does not change', () => {
    const of = template({ args: ['$(params.x)'], env: [{ name: 'A', value: 'a' }] });
    const before = structuredClone(of);
    const spec = substituted(of, { x: 'v' });
    expect(of).toEqual(before);
    expect(containerOf(spec).env).toBe(containerOf(of.spec).env);
    expect(spec.template.spec!.containers[1]).toBe(of.spec.template.spec!.containers[1]);
    expect(containerOf(spec)).toEqual({ ...containerOf(of.spec), args: ['v'] });
  });

  it('is the whole spec if there are no placeholders', () => {
    const of = template({ args: ['$(HOME)'] });
    expect(substituted(of)).toBe(of.spec);
  });
});

it('wrong values are reported, and nothing is rendered', () => {
  const result = substitute(compileTemplate(template({})), echoRun({ parameters: { x: 7 } }));
  expect(result).toMatchObject({ errors: [{ path: 'spec.parameters[x]', reason: 'FieldValueTypeInvalid' }] });
  expect(result).not.toHaveProperty('spec');
});
