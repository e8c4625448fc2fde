import { describe, expect, it } from 'vitest';
import type { Parameter, ParameterSchema } from '../../../../api/parameter.ts';
import { ParameterSchemaSchema } from '../../../../api/parameter.ts';
import { hidingFromAuthor, hidingFromCreator, hidingFromOthers } from '../../../../core/job/secret-values.ts';
import { render } from '../../../../core/job/render.ts';
import { presentErrors } from '../../../../core/run/present-template.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { echoRun, echoTemplate } from '../objects.ts';

/** No error may contain any of these. */
const SECRETS = ['hunter', 'sesame', '90210', '77'];
const quotesSecret = (text: string): boolean => SECRETS.some((secret) => text.includes(secret));

const declared = (parameter: object) => compileTemplate({ ...echoTemplate(), parameters: [parameter as Parameter] });
const secret = (schema: object | undefined, others: object = {}) => ({
  name: 'token',
  secret: true,
  ...(schema && { schema }),
  ...others,
});

type Schema = Record<string, unknown>;
const text = (rules: Schema = {}): Schema => ({ type: 'string', ...rules });
const list = (items: Schema, rules: Schema = {}): Schema => ({ type: 'array', items, ...rules });

const OF_RUNS: Partial<Record<keyof ParameterSchema, [value: unknown, schema: Schema][]>> = {
  type: [
    ['hunter2', { type: 'integer' }],
    ['90210', { type: 'integer' }],
    ['90210', { type: 'number' }],
    [90210, text()],
    ['hunter2', { type: 'boolean' }],
    ['hunter2', list(text())],
    [['hunter2'], text()],
    [{ word: 'hunter2' }, text()],
    [90210.5, { type: 'integer' }],
  ],
  enum: [
    ['hunter2', text({ enum: ['hunter1', 'sesame'] })],
    [77, { type: 'integer', enum: [90210] }],
    [['hunter2'], list(text({ enum: ['hunter1'] }))],
  ],
  pattern: [
    ['hunter2', text({ pattern: '^x', maxLength: 9 })],
    [['hunter2'], list(text({ pattern: '^x', maxLength: 9 }), { maxItems: 2 })],
  ],
  minLength: [['hunter2', text({ minLength: 99 })]],
  maxLength: [['hunter2', text({ maxLength: 2 })]],
  minimum: [
    [77, { type: 'integer', minimum: 100 }],
    [[77], list({ type: 'number', minimum: 100 })],
  ],
  maximum: [[90210, { type: 'number', maximum: 5 }]],
  minItems: [[['hunter2'], list(text(), { minItems: 2 })]],
  maxItems: [[['hunter2', 'sesame'], list(text(), { maxItems: 1 })]],
  items: [
    [['hunter2'], list({ type: 'integer' })],
    [[90210], list(text())],
    [[['hunter2']], list(text())],
  ],
};

it('each keyword of a schema has a case', () => {
  const keywords = Object.keys((ParameterSchemaSchema as unknown as { properties: object }).properties);
  // An example is nothing that a run must fit.
  expect(Object.keys(OF_RUNS).sort()).toEqual(keywords.filter((keyword) => keyword !== 'examples').sort());
});

describe('no error of a run quotes the value of a secret parameter', () => {
  const cases = Object.entries(OF_RUNS).flatMap(([keyword, of]) => of.map((one) => [keyword, ...one] as const));

  it.each(cases)('%s: %j for %j', (_, value, schema) => {
    const run = echoRun({ parameters: { token: value } as never });
    const template = declared(secret(schema));
    const rendered = render(template, run);
    expect('errors' in rendered && rendered.errors.length).toBeTruthy();
    expect(JSON.stringify(rendered)).not.toSatisfy(quotesSecret);
  });

  it.each(['hunter\0two', 'hunter\ud800', 1e300, '7'.repeat(400)])('that no process can have: %j', (value) => {
    const schema = typeof value === 'number' ? { type: 'number' } : text({ maxLength: 300 });
    const run = echoRun({ parameters: { token: value } });
    expect(JSON.stringify(render(declared(secret(schema)), run))).not.toSatisfy(quotesSecret);
  });

  it('not even if `parameters` is no map', () => {
    for (const parameters of ['token=hunter2', ['hunter2'], 90210]) {
      const rendered = render(declared(secret(text())), echoRun({ parameters: parameters as never }));
      expect(JSON.stringify(rendered)).toMatch(/must be a map/);
      expect(JSON.stringify(rendered)).not.toSatisfy(quotesSecret);
    }
  });

  it('whether it is the revision or the present template that declares it secret', () => {
    const open = { name: 'token', schema: text({ enum: ['a'] }) };
    const hidden = secret(text());
    const run = echoRun({ parameters: { token: 'hunter2' } });
    const present = versionOfTemplate({ ...echoTemplate(), parameters: [open as Parameter] });
    const errors = presentErrors(present, run, declared(hidden));
    expect(errors).toHaveLength(1);
    expect(JSON.stringify(errors)).not.toSatisfy(quotesSecret);
    expect(hidingFromCreator(declared(open), run, declared(hidden))('value "hunter2": wrong')).toBe(
      'value "***": wrong',
    );
  });
});

describe('no error of a template quotes what it declares for a secret parameter', () => {
  it.each<[string, object]>([
    ['a default of another type', secret(text(), { default: 90210 })],
    ['a default that its enum lacks', secret(text({ enum: ['hunter1'] }), { default: 'hunter2' })],
    ['a default that does not match', secret(text({ pattern: '^x', maxLength: 9 }), { default: 'hunter2' })],
    ['a default without a schema', secret(undefined, { default: ['hunter2'] })],
    ['a default beside required', secret(text(), { default: 'hunter2', required: true, schema: { type: 'integer' } })],
    ['a value twice in an enum', secret(text({ enum: ['hunter2', 'hunter2'] }))],
    ['a value twice in the enum of a list', secret(list(text({ enum: ['hunter2', 'hunter2'] })))],
    ['a value of an enum that is too long', secret(text({ enum: ['hunter2'], maxLength: 2 }))],
    ['a value of an enum of another type', secret({ type: 'integer', enum: ['hunter2'] })],
    ['an enum that is no list', secret({ type: 'string', enum: 'hunter2' })],
    ['examples that are no list', secret({ type: 'string', examples: 'hunter2' })],
    ['an example of another type', secret({ type: 'integer', examples: ['hunter2'] })],
    ['an example that its enum lacks', secret(text({ enum: ['sesame'], examples: ['hunter2'] }))],
    ['an example of a list', secret(list({ type: 'integer' }, { examples: [['hunter2']] }))],
    ['a bound that is no number', secret({ type: 'integer', minimum: 'hunter2' })],
    ['a schema that is none', secret(undefined, { schema: 'hunter2' })],
  ])('%s', (_, parameter) => {
    const { errors } = declared(parameter);
    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(errors)).not.toSatisfy(quotesSecret);
  });

  it('and neither does what the API server reports of its Job', () => {
    const of = [
      secret(text({ enum: ['hunter22'], examples: ['sesame street'] })),
      secret(text(), { default: '90210' }),
      secret(list(text({ enum: ['hunter33'] })), { default: ['77'] }),
    ];
    const template = compileTemplate({ ...echoTemplate(), parameters: of as Parameter[] });
    const message = 'Invalid value: "hunter22": not "x-sesame street-y", 90210, hunter33 or "77"';
    const hidden = 'Invalid value: "***": not "x-***-y", ***, *** or "***"';
    for (const hide of [
      hidingFromAuthor(() => template),
      hidingFromCreator(template, echoRun()),
      hidingFromOthers(template, echoRun()),
    ]) {
      expect(hide(message)).toBe(hidden);
    }
  });
});
