import { describe, expect, it } from 'vitest';
import { hidingFromCreator, hidingFromOthers } from '../../../../core/job/secret-values.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { echoRun, echoTemplate } from '../objects.ts';

const SECRET = { name: 'token', secret: true, default: 'the default token' };
const OPEN = { name: 'city', default: 'Amsterdam' };
const LIST = { name: 'keys', secret: true, schema: { type: 'array', items: { type: 'string' } } } as const;
const PIN = { name: 'pin', secret: true, schema: { type: 'integer' } } as const;

function template() {
  const { spec, ...others } = echoTemplate();
  const [first, second] = spec.template.spec?.containers ?? [];
  Object.assign(first ?? {}, { env: [{ name: 'A', value: 'variable of the template' }, { name: 'B' }] });
  Object.assign(spec.template.spec ?? {}, {
    initContainers: [{ ...second, env: [{ name: 'C', value: 'variable of init' }] }],
  });
  return compileTemplate({ ...others, spec, parameters: [SECRET, OPEN, LIST, PIN] });
}

const RUN = echoRun({
  parameters: { token: 'pa$$word of the run', keys: ['first key', 'second key'], pin: 123_456, city: 'Rotterdam' },
  env: [{ name: 'D', value: 'set by this run' }],
  containers: [{ name: 'sidecar', env: [{ name: 'E', value: 'for the sidecar' }, { name: 'F' }] }],
});
const OF_SECRETS = ['the default token', 'pa$$word of the run', 'pa$$$$word of the run', 'first key', 'second key'];
const OF_TEMPLATE = ['variable of the template', 'variable of init'];
const OF_RUN = ['set by this run', 'for the sidecar'];
const text = (values: string[]): string => values.map((value) => `"${value}"`).join(' and ');
const masked = (values: string[]): string => values.map(() => '"***"').join(' and ');

describe('what other people read of a run', () => {
  it('quotes neither secret parameters nor variables', () => {
    const values = [...OF_SECRETS, ...OF_TEMPLATE, ...OF_RUN];
    expect(hidingFromOthers(template(), RUN)(text(values))).toBe(masked(values));
    expect(hidingFromOthers(template(), RUN)('Invalid value: 123456: too great')).toBe('Invalid value: ***: too great');
  });

  it('quotes a short value of a secret parameter not even within a word, but one of a variable', () => {
    const run = echoRun({ parameters: { token: 'hunt' }, env: [{ name: 'D', value: 'test' }] });
    expect(hidingFromOthers(template(), run)('pre-hunter-post is the latest')).toBe('pre-***er-post is the latest');
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf', 'isPrototypeOf', '__proto__'])(
    'can be written of a template with the secret parameter %s',
    (name) => {
      const compiled = compileTemplate({
        ...echoTemplate(),
        parameters: [{ name, secret: true, default: 'hunter22' }],
      });
      for (const run of [echoRun(), echoRun({ parameters: {} })]) {
        expect(hidingFromOthers(compiled, run)('it was hunter22')).toBe('it was ***');
      }
    },
  );

  it('quotes other parameters', () => {
    expect(hidingFromOthers(template(), RUN)('"Rotterdam", "Amsterdam"')).toBe('"Rotterdam", "Amsterdam"');
  });

  it('quotes no variable of the run if the template is not known', () => {
    expect(hidingFromOthers(undefined, RUN)(text(OF_RUN))).toBe(masked(OF_RUN));
  });

  it('can be written of any stored object', () => {
    const broken = { ...echoTemplate(), parameters: [null, 7, { secret: true }, 'x'] as never };
    Object.assign(broken.spec.template, {
      spec: { containers: [null, { env: [null, 7, { value: null }] }, { env: 'x' }] },
    });
    const run = echoRun({ parameters: null, env: [null, { name: 'A', value: 5 }], containers: null } as never);
    expect(hidingFromOthers(compileTemplate(broken), run)('as it is')).toBe('as it is');
  });
});

describe('the token of a callback', () => {
  const run = echoRun({ callbackToken: 'the token of the callback' });
  const others = { template: template(), 'no template': undefined };

  it.each(Object.entries(others))('is never quoted (%s)', (_, of) => {
    for (const hide of [hidingFromCreator(of, run), hidingFromOthers(of, run)]) {
      expect(hide(text(['the token of the callback']))).toBe('"***"');
    }
  });

  it('can be absent, even with the spec', () => {
    for (const spec of [null, undefined]) {
      expect(hidingFromCreator(undefined, { ...run, spec: spec as never })('as it is')).toBe('as it is');
    }
  });
});

describe('what a denial quotes', () => {
  it('is neither a secret parameter nor a variable of the template', () => {
    const values = [...OF_SECRETS, ...OF_TEMPLATE];
    expect(hidingFromCreator(template(), RUN)(text(values))).toBe(masked(values));
  });

  it('can be a variable that the run sets', () => {
    expect(hidingFromCreator(template(), RUN)(text(OF_RUN))).toBe(text(OF_RUN));
  });
});
