import { Option } from 'commander';
import { describe, expect, it } from 'vitest';
import type { Parameter } from '../../../../api/parameter.ts';
import { DIRECTIVE, offerLines } from '../../../../cli/completion/candidate.ts';
import { parameterCandidates } from '../../../../cli/completion/parameter-candidates.ts';
import type { CompiledTemplate } from '../../../../core/template/compile.ts';

describe('offerLines', () => {
  it('offers what begins with the word, with descriptions of one line, and the directive', () => {
    const candidates = [{ value: 'apple', description: 'A fruit\nof a tree' }, { value: 'avocado' }, { value: 'beer' }];
    expect(offerLines({ candidates, directive: DIRECTIVE.noFiles }, 'a')).toEqual(['apple\tA fruit', 'avocado', ':4']);
  });

  it('never offers what a terminal would obey, nor more than one line', () => {
    const candidates = [
      { value: 'a\u001b[2J' },
      { value: 'a\nb' },
      { value: 'a\tb' },
      { value: 'a', description: '\u001b]0;x' },
    ];
    expect(offerLines({ candidates, directive: 0 }, '')).toEqual(['a\t\\x1b]0;x', ':0']);
  });
});

describe('the parameters of a template', () => {
  const parameters: Parameter[] = [
    { name: 'note', default: '' },
    { name: 'level', description: 'How loud', schema: { type: 'string', enum: ['info', '@all', 'two words'] } },
    { name: 'dry', schema: { type: 'boolean' } },
    { name: 'names', schema: { type: 'array', items: { type: 'string', enum: ['a', 'b'] } } },
    { name: 'token', secret: true, schema: { type: 'string', enum: ['geheim'] } },
    { name: 'days', schema: { type: 'integer', examples: [7, 30] } },
  ];
  const offered = (word: string, given: string[] = []) => {
    const template = { parameters } as unknown as CompiledTemplate;
    const target = { kind: 'value', word, prefix: '', option: new Option('-p, --param <x>') } as const;
    const position = { command: undefined as never, args: [], given: new Map([['param', given]]), target };
    const { candidates, directive } = parameterCandidates(template, position);
    return { values: candidates.map(({ value }) => value), directive };
  };

  it('are offered by name, the required ones first, and those that have a value no more', () => {
    const { values, directive } = offered('', ['dry=true', 'names=a']);
    expect(values).toEqual(['level=', 'names=', 'token=', 'days=', 'note=']);
    expect(directive & DIRECTIVE.noSpace).toBe(DIRECTIVE.noSpace);
  });

  it.each([
    ['an enum, with @ as -p needs it', 'level=', ['level=info', 'level=@@all', 'level=two words']],
    ['a boolean', 'dry=', ['dry=true', 'dry=false']],
    ['the elements of a list', 'names=', ['names=a', 'names=b']],
    ['examples', 'days=', ['days=7', 'days=30']],
    ['no text', 'note=', []],
    ['no secret', 'token=', []],
    ['nothing unknown', 'other=', []],
  ])('are offered with their values: %s', (_, word, expected) => {
    expect(offered(word).values).toEqual(expected);
  });
});
