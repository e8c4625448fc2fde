import { describe, expect, it } from 'vitest';
import type { Parameter, ParameterValue } from '../../../../api/parameter.ts';
import { equalCommand } from '../../../../cli/prompts/equal-command.ts';
import { flagTexts, shellWord } from '../../../../cli/run/flag-text.ts';
import { readGivenValues } from '../../../../cli/run/given-values.ts';
import { typedValues } from '../../../../cli/run/typed-values.ts';
import { execute } from '../../../e2e/execute.ts';

const declared: Parameter[] = [
  { name: 'days', schema: { type: 'integer' } },
  { name: 'names', schema: { type: 'array', items: { type: 'string' } } },
  { name: 'note' },
  { name: 'token', secret: true },
];
const equal = (words: string[], answers: Record<string, ParameterValue>) => equalCommand({ words, answers, declared });

describe('the equal command', () => {
  it.each<[string, string[], Record<string, ParameterValue>, string]>([
    ['has the answers as flags', ['run', 'x', '-i', '-d'], { days: 3 }, 'run x -d -p days=3'],
    ['has them before what is passed on', ['run', 'x', '--', '-i', 'a b'], { days: 3 }, "run x -p days=3 -- -i 'a b'"],
    ['quotes for a shell', ['run', 'x'], { note: "it's $HOME" }, String.raw`run x -p 'note=it'\''s $HOME'`],
    ['has a flag for each element', ['run', 'x'], { names: ['a', 'b'] }, 'run x -p names=a -p names=b'],
    ['shows no secret answer', ['run', 'x'], { token: 'geheim' }, 'run x -p token=@FILE'],
    ['shows no secret of the command line', ['run', 'x', '-p', 'token=geheim'], {}, 'run x -p token=@FILE'],
    ['nor within the word of the flag', ['run', 'x', '-ptoken=geheim'], {}, 'run x -ptoken=@FILE'],
    ['nor after =', ['run', 'x', '--param=token=geheim'], {}, 'run x --param=token=@FILE'],
    ['has the file of a secret', ['run', 'x', '-p', 'token=@t', '-p', 'note=-'], {}, 'run x -p token=@t -p note=-'],
  ])('%s', (_, words, answers, expected) => {
    expect(equal(words, answers)).toBe(`kubectl jobrun ${expected}`);
  });

  it.each<ParameterValue>(['a', '', '@x', '@@', ['a', 'b'], ['a'], [], ['[x'], ['-', 'a'], ['@a', 'b'], ["'"]])(
    'sets the value %j again',
    async (value) => {
      const name = Array.isArray(value) ? 'names' : 'note';
      const param = flagTexts(value).map((text) => `${name}=${text}`);
      const { stdout } = await execute(['sh', '-c', `printf '%s\\0' ${param.map(shellWord).join(' ')}`]);
      expect(stdout.split('\0').slice(0, -1)).toEqual(param);
      const { given, mistakes } = await readGivenValues({ param }, process.stdin);
      expect([typedValues(given, declared), mistakes]).toEqual([{ values: { [name]: value }, mistakes: [] }, []]);
    },
  );
});
