import { describe, expect, it } from 'vitest';
import type { JobRunSpec } from '../../../../api/job-run.ts';
import type { Parameter, ParameterValue } from '../../../../api/parameter.ts';
import { canAsk, openQuestions } from '../../../../cli/prompts/open-questions.ts';
import { answerOf, choicesOf, elementOf, kindOf, messageOf, verdictOn } from '../../../../cli/prompts/question.ts';
import { Terminal } from '../../../../cli/terminal/terminal.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';

describe('a parameter', () => {
  it.each<[string, Parameter['schema'], object]>([
    ['input', undefined, {}],
    ['input', { type: 'integer' }, {}],
    ['select', { type: 'string', enum: ['a'] }, {}],
    ['confirm', { type: 'boolean' }, {}],
    ['list', { type: 'array', items: { type: 'string' } }, {}],
    ['checkbox', { type: 'array', items: { type: 'string', enum: ['a'] } }, {}],
    ['password', undefined, { secret: true }],
    ['password', { type: 'string', enum: ['a'] }, { secret: true }],
    ['list', { type: 'array', items: { type: 'string', enum: ['a'] } }, { secret: true }],
  ])('is asked for with %s: %j %j', (kind, schema, more) => {
    expect(kindOf({ name: 'x', ...(schema && { schema }), ...more })).toBe(kind);
  });

  it('is asked for with its description, which no terminal obeys', () => {
    const parameter: Parameter = {
      name: 'x',
      description: 'Clear\u001b[2J',
      schema: { type: 'string', enum: ['\u001b[1m'] },
    };
    expect(messageOf({ parameter, initial: undefined })).toMatch(/^x: Clear\\x1b\[2J \(string, one of .*, required\)$/);
    expect(choicesOf(parameter)).toEqual([{ name: String.raw`\x1b[1m`, value: '\u001b[1m' }]);
  });

  it('takes an answer as admission takes a value', () => {
    const days: Parameter = { name: 'days', schema: { type: 'integer', maximum: 30 } };
    const list: Parameter = { name: 'list', schema: { type: 'array', items: { type: 'integer' }, minItems: 1 } };
    const template = compileTemplate({
      spec: { template: { spec: { containers: [] } } },
      parameters: [days, list],
    });
    expect(verdictOn(answerOf('30', days), days, template)).toBe(true);
    expect(verdictOn(answerOf('31', days), days, template)).toMatch(/30/);
    expect(verdictOn(answerOf('many', days), days, template)).toMatch(/whole number/);
    expect(verdictOn(answerOf('many', elementOf(list)), elementOf(list), template)).toMatch(/whole number/);
    expect(verdictOn([], list, template)).not.toBe(true);
    const secret: Parameter = { ...days, secret: true };
    expect(verdictOn(answerOf('geheim', secret), secret, template)).not.toMatch(/geheim/);
  });
});

describe('the questions of a run', () => {
  const declared: Parameter[] = [
    { name: 'needed' },
    { name: 'optional', default: 'a' },
    { name: 'both', default: 'b', required: true },
  ];
  const asked = (given: Record<string, ParameterValue>, parameters: JobRunSpec['parameters'], all?: boolean) => {
    const run = { spec: { templateRef: 'x', ...(parameters && { parameters }) } };
    return openQuestions({ declared, given, run, all }).map(({ parameter, initial }) => [parameter.name, initial]);
  };

  it('are the required parameters without a value', () => {
    expect(asked({}, undefined)).toEqual([
      ['needed', undefined],
      ['both', undefined],
    ]);
    expect(asked({ needed: 'x' }, { needed: 'x' })).toEqual([['both', undefined]]);
  });

  it('are all that the command line does not set with -i, with what they are', () => {
    expect(asked({ both: 'x' }, { both: 'x', needed: 'of the repeated run' }, true)).toEqual([
      ['needed', 'of the repeated run'],
      ['optional', 'a'],
    ]);
  });
});

describe('a question', () => {
  const askable = (isTTY: boolean, env: NodeJS.ProcessEnv) => {
    const stream = { isTTY } as never;
    return canAsk({ terminal: new Terminal({ stdin: stream, stdout: stream, stderr: stream }), env });
  };

  it.each([
    ['is asked on a terminal', true, {}, true],
    ['is not asked without one', false, {}, false],
    ['is not asked under CI', true, { CI: 'true' }, false],
    ['is asked with an empty CI', true, { CI: '' }, true],
  ])('%s', (_, isTTY, env, expected) => {
    expect(askable(isTTY, env)).toBe(expected);
  });
});
