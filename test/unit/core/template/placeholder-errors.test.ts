import { describe, expect, it } from 'vitest';
import type { Parameter } from '../../../../api/parameter.ts';
import { placeholderErrors } from '../../../../core/template/placeholder-errors.ts';
import { placeholderPlan } from '../../../../core/template/placeholder-plan.ts';
import { fieldError } from '../field-errors.ts';

const DAY: Parameter = { name: 'day' };
const FILES: Parameter = { name: 'files', schema: { type: 'array', items: { type: 'string' } } };
const DECLARED = [DAY, FILES];

const errorsOf = (spec: unknown, declared: Parameter[] = DECLARED) =>
  placeholderErrors(placeholderPlan(spec), declared);
const inField = (text: string, declared?: Parameter[]) => errorsOf({ a: text }, declared);
const inElement = (text: string) => errorsOf({ a: ['b', text] });

const escaped = (text: string) => text.replace(/[$()[\]{}*.]/g, '\\$&');
/** Begins with the quoted value, followed by the reason. */
const invalid = (path: string, value: string, rule: RegExp) =>
  fieldError(path, 'FieldValueInvalid', new RegExp(`^Invalid value: "${escaped(value)}": .*${rule.source}`));

describe('a placeholder', () => {
  it.each([
    ['a value in a field', { a: '$(params.day)' }],
    ['a value in a part of a field', { a: 'x-$(params.day)-$(params.day)' }],
    ['a value in an element', { a: ['$(params.day)'] }],
    ['elements in place of an element', { a: ['$(params.files[*])'] }],
    ['escaped text', { a: '$$(params.dya) $$(params.files)' }],
    ['an escaped key', { labels: { '$$(params.day)': 'x' } }],
    ['a value in a command', { a: '$(date -d $(params.day))' }],
  ])('can be %s', (_, spec) => {
    expect(errorsOf(spec)).toEqual([]);
  });

  it.each([
    ['of a list in a field', '$(params.files)', /parameter "files" is a list: .*\$\(params\.files\[\*\]\)/],
    ['of elements in a field', '$(params.files[*])', /parameter "files" is a list: .*\$\(params\.files\[\*\]\)/],
    [
      'of elements of a parameter that is not a list',
      '$(params.day[*])',
      /parameter "day" is not a list; write \$\(params\.day\)$/,
    ],
  ])('is refused: one %s', (_, text, rule) => {
    expect(inField(text)).toEqual([invalid('spec.a', text, rule)]);
  });

  it.each([
    ['of a list', '$(params.files)', /parameter "files" is a list; write \$\(params\.files\[\*\]\)/],
    [
      'of elements of a parameter that is not a list',
      '$(params.day[*])',
      /parameter "day" is not a list; write \$\(params\.day\)$/,
    ],
  ])('is refused as an element: one %s', (_, text, rule) => {
    expect(inElement(text)).toEqual([invalid('spec.a[1]', text, rule)]);
  });

  it('is accepted in the name of a volume', () => {
    expect(errorsOf({ template: { spec: { volumes: [{ name: '$(params.day)' }] } } })).toEqual([]);
  });

  it('of elements is rejected as part of an element', () => {
    expect(inElement('x$(params.files[*])')).toEqual([
      invalid('spec.a[1]', '$(params.files[*])', /as a whole element$/),
    ]);
  });

  it('is rejected in a key', () => {
    expect(errorsOf({ labels: { 'a$(params.day)': 'x', '$(HOME)': 'y' } })).toEqual([
      invalid('spec.labels[a$(params.day)]', '$(params.day)', /key/),
    ]);
  });

  it.each<[string, Parameter[], RegExp]>([
    ['a similar name', DECLARED, /parameter "daay" is not declared; did you mean "day"\? .*"day", "files"$/],
    ['the declared names', [FILES], /not declared; .*"files"; write \$\$\(params\.daay\) /],
    [
      'that no parameters are declared',
      [],
      /not declared; the template declares no parameters; write \$\$\(params\.daay\) /,
    ],
  ])('that is not declared: the message contains %s', (_, declared, rule) => {
    expect(inField('$(params.daay)', declared)).toEqual([
      fieldError('spec.a', 'FieldValueNotFound', new RegExp(`^Not found: "\\$\\(params\\.daay\\)": .*${rule.source}`)),
    ]);
  });

  it('has its mistake reported once per string', () => {
    expect(errorsOf({ a: '$(params.x)$(params.x)$(params.y)', b: '$(params.x)' })).toMatchObject([
      { path: 'spec.a', message: expect.stringContaining('"x"') as string },
      { path: 'spec.a', message: expect.stringContaining('"y"') as string },
      { path: 'spec.b' },
    ]);
  });
});

describe('an almost valid placeholder', () => {
  it.each([
    ['$(param.day)', '$(params.day)'],
    ['$(parameter.day)', '$(params.day)'],
    ['$(parameters.day)', '$(params.day)'],
    ['$(inputs.params.day)', '$(params.day)'],
    ['$(inputs.parameters.day)', '$(params.day)'],
    ['$(PARAMS.day)', '$(params.day)'],
    ['$( params.day )', '$(params.day)'],
    ['$(params . day)', '$(params.day)'],
    ['$(param.files[*])', '$(params.files[*])'],
    ['$(  param.files  [*]  )', '$(params.files[*])'],
    ['$(param.daay)', '$(params.day)'],
    ['${params.day}', '$(params.day)'],
    ['${param.day}', '$(params.day)'],
    ['${parameters.day}', '$(params.day)'],
    ['${PARAMS.files}', '$(params.files)'],
  ])('%s is rejected, and the message suggests %s', (text, right) => {
    expect(inField(text)).toEqual([invalid('spec.a', text, new RegExp(`did you mean "${escaped(right)}"\\?$`))]);
  });

  it.each(['$(params.)', '$(params.1)', '$(params.day[0])', '$(params[day])', '$(params.d y)'])(
    '%s is rejected, and the message shows the valid form',
    (text) => {
      const rule = /placeholder is \$\(params\.NAME\).*\$\(params\.NAME\[\*\]\).*letters, digits.*/;
      expect(inField(text)).toEqual([invalid('spec.a', text, new RegExp(`${rule.source}${escaped(`$${text}`)}`))]);
    },
  );

  it.each([
    ['$(params.day', '$(params.day'],
    ['a $(b $(params.day', '$(params.day'],
    ['$$$(params.day', '$(params.day'],
  ])('%s is rejected: it is not closed', (text, value) => {
    expect(inField(text)).toEqual([invalid('spec.a', value, /not closed: .*"\)"/)]);
  });

  it('is reported for all braces in a string', () => {
    expect(inField('${params.day} ${params.files}')).toHaveLength(2);
  });

  it.each([
    ['a variable', '$(HOME)'],
    ['a command whose name has the same beginning', '$(param.sh)'],
    ['a command with more after it', '$(param.day -x)'],
    ['a command with more before it', '$(x param.day)'],
    ['a variable of a shell', '${HOME} ${params.hour}'],
    ['an escaped brace', '$${params.day}'],
    ['an unclosed command', '$(date'],
    ['an escaped, unclosed placeholder', '$$(params.day'],
    ['an escaped placeholder in an unclosed command', '$(a $$(params.day'],
    ['a single $', '5 $'],
    ['a variable whose name contains params', '$(xparams.day)'],
  ])('%s is not reported', (_, text) => {
    expect(inField(text)).toEqual([]);
  });
});

it('spec that is nested too deeply is reported after all other mistakes', () => {
  const deep = new Array(70).fill('b').reduce<unknown>((inner, name: string) => ({ [name]: inner }), 'x');
  expect(errorsOf({ deep, a: '$(params.x)' })).toEqual([
    fieldError('spec.a', 'FieldValueNotFound', /"x"/),
    fieldError(`spec.deep${'.b'.repeat(64)}`, 'FieldValueInvalid', /Invalid value: .*deep/),
  ]);
});

it('a long key above very many strings is an error of the template, and not part of each path', () => {
  const strings = new Array(400).fill('$(params.x)');
  const [undeclared, ...others] = errorsOf({ a: '$(params.x)', ['k'.repeat(50_000)]: strings });
  expect(undeclared).toEqual(fieldError('spec.a', 'FieldValueNotFound', /"x"/));
  expect(others.at(-1)).toEqual(fieldError('spec', 'FieldValueForbidden', /shorter keys/));
});
