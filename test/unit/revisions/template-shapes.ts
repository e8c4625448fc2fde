import type { JobTemplate } from '../../../api/job-template.ts';
import type { Parameter, ParameterSchema } from '../../../api/parameter.ts';
import { tooCostlyParameter } from '../../../core/parameters/matching-cost.ts';
import { render } from '../../../core/job/render.ts';
import type { CompiledTemplate } from '../../../core/template/compile.ts';
import { echoRun, echoTemplate } from '../core/objects.ts';

/** A template with as many of something as it can have. Those of two numbers have no text in common. */
export type Shape = (number: number) => JobTemplate;

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const A: Parameter[] = [{ name: 'a', default: 'x' }];

function shape(container: object, parameters: Parameter[] = []): JobTemplate {
  const template = echoTemplate();
  Object.assign(template.spec.template.spec?.containers[0] ?? {}, container);
  return { ...template, parameters };
}

/** As many parameters as are accepted with this schema. */
function declared(schemaOf: (index: number) => ParameterSchema, most = 100): JobTemplate {
  const all = times(most, (index) => ({ name: `p${index}`, schema: schemaOf(index) }));
  return shape({}, all.slice(0, tooCostlyParameter(all) ?? most));
}

/** Patterns in which this is repeated. */
function patterns(part: string, { before = '', after = '' } = {}): Shape {
  const text = before + part.repeat(Math.floor((980 - before.length - after.length) / part.length)) + after;
  return (number) => declared((index) => ({ type: 'string', maxLength: 8, pattern: `${text}${index}x${number}` }));
}

export const SHAPES: Record<string, Shape> = {
  'one argument': (number) => shape({ args: [`${number}`] }),
  'long text': (number) => shape({ args: [String(number).padEnd(120_000, 'x'), 'x'.repeat(120_000)] }),
  'text with two bytes a character': (number) => shape({ args: [`${number}`.padEnd(40_000, '\u4e00')] }),
  strings: (number) => shape({ args: times(25_000, (i) => `${number}-${i}`.padStart(7, 'x')) }),
  'empty maps': () => shape({ foo: times(85_000, () => ({})) }),
  'empty lists': () => shape({ foo: times(85_000, () => []) }),
  'maps with keys of their own': (number) => shape({ foo: times(15_000, (i) => ({ [`k${number}-${i}`]: 1 })) }),
  'a map with many keys': (number) => shape({ foo: Object.fromEntries(times(20_000, (i) => [`k${number}-${i}`, 1])) }),
  numbers: () => shape({ foo: times(40_000, (i) => i + 0.5) }),
  'placeholders in two strings': () => shape({ args: ['$(params.a)'.repeat(11_000), '$(params.a)'.repeat(11_000)] }, A),
  'strings with a placeholder': () => shape({ args: times(17_500, () => '$(params.a)') }, A),
  'strings with a dollar': () => shape({ args: times(49_000, () => '$') }),
  'keys with a dollar': (number) => shape({ foo: Object.fromEntries(times(18_000, (i) => [`$${number}-${i}`, 1])) }),
  'a long key above placeholders': (number) =>
    shape({ foo: { [`${number}`.padEnd(60_000, 'k')]: times(130, () => '$(params.a)') } }, A),
  'numbers in enums': (number) =>
    declared((index) => ({ type: 'integer', enum: times(900, (i) => number * 1e6 + index * 1000 + i) }), 28),
  'strings in enums': (number) =>
    declared((index) => ({ type: 'string', enum: times(900, (i) => `${number}-${index}-${i}`) }), 20),
  'names of parameters': () => declared(() => ({ type: 'string' })),
  'letters in patterns': patterns('a'),
  'optional letters in patterns': patterns('a?'),
  'groups in patterns': patterns('(a)'),
  'empty groups in patterns': patterns('()'),
  'repeated groups in patterns': (number) =>
    declared((index) => ({ type: 'string', maxLength: 8, pattern: `(a?){500}${index}x${number}` })),
  'boundaries in patterns': patterns('\\b'),
  'classes in patterns': patterns('\\W'),
  'negated classes in patterns': patterns('[^a]'),
  'patterns that are anchored': patterns('[ab]c', { before: '^(?:', after: ')' }),
  'Unicode classes in patterns': (number) =>
    declared((index) => ({ type: 'string', maxLength: 8, pattern: `\\PL(?i)\\pL${index}x${number}` })),
};

/** Computes everything that runs of the template need. */
export function use(compiled: CompiledTemplate): void {
  if (compiled.errors.length > 0) throw new Error(JSON.stringify(compiled.errors.slice(0, 2)).slice(0, 500));
  const parameters = Object.fromEntries(
    compiled.parameters.map(({ name, schema }) => [name, schema?.enum?.[0] ?? 'abababab']),
  );
  render(compiled, echoRun({ parameters }));
}
