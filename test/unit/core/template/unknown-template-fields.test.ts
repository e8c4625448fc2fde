import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { unknownTemplateFields } from '../../../../core/template/unknown-template-fields.ts';
import { echoTemplate } from '../objects.ts';

const of = (rest: object) =>
  unknownTemplateFields({ ...echoTemplate(), ...rest }).map(({ path, message }) => `${path}: ${message}`);

describe('unknown fields of a template', () => {
  it.each<[string, object, string]>([
    ['at the root', { overides: { allow: [] } }, 'overides: unknown field "overides"; did you mean "overrides"?'],
    ['in overrides', { overrides: { alow: [] } }, 'overrides.alow: unknown field "alow"; did you mean "allow"?'],
    [
      'in a parameter',
      { parameters: [{ name: 'x', defualt: 1 }] },
      'parameters[0].defualt: unknown field "defualt"; did you mean "default"?',
    ],
    [
      'in the schema of a parameter',
      { parameters: [{ name: 'x', schema: { type: 'string', maxlength: 1 } }] },
      'parameters[0].schema.maxlength: unknown field "maxlength"; did you mean "maxLength"',
    ],
    [
      'in the schema of elements',
      { parameters: [{ name: 'x', schema: { type: 'array', items: { type: 'string', patern: 'a' } } }] },
      'parameters[0].schema.items.patern: unknown field "patern"; did you mean "pattern"?',
    ],
  ])('are reported %s', (_, rest, expected) => {
    expect(of(rest)).toEqual([expect.stringContaining(expected)]);
  });

  it('are none in a good template, and none in its spec, which the dry run checks', () => {
    expect(of({})).toEqual([]);
    expect(of({ spec: { paralelism: 1 }, metadata: { unknown: 1 } })).toEqual([]);
  });

  it('are errors of the compiled template, so that a template that seems closed never runs open', () => {
    expect(compileTemplate({ ...echoTemplate(), overides: {} } as never).errors).toMatchObject([{ path: 'overides' }]);
  });

  it('are reported once if the schema has a sentence of its own for them', () => {
    const schema = { type: 'array', items: { type: 'string', examples: ['a'] } };
    const { errors } = compileTemplate({ ...echoTemplate(), parameters: [{ name: 'x', schema }] } as never);
    expect(errors.map(({ path }) => path)).toEqual(['parameters[0].schema.items.examples']);
  });
});
