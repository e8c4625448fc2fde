import { Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { positionOf } from '../../../../cli/completion/position.ts';

const program = new Command('kubectl jobrun').option('-n, --namespace <name>', '');
program
  .command('run')
  .argument('<template>')
  .option('-p, --param <name=value>', '')
  .option('-d, --detach', '')
  .addOption(new Option('--dry-run <where>', '').choices(['client', 'server']));
program.command('list').alias('ls').argument('[template]');
program.command('template').command('describe').argument('<template>');

/** What is completed, in short; `value` with the flag, the others with their words. */
const targetOf = (...words: string[]): string[] => {
  const { command, target } = positionOf(program, words);
  const flag = target.kind === 'value' ? [target.option.long ?? ''] : [];
  return [command.name(), target.kind, ...flag, target.prefix, target.word];
};

describe('the position on a command line', () => {
  it.each([
    ['nothing yet', [''], ['kubectl jobrun', 'command', '', '']],
    ['a part of a command', ['ru'], ['kubectl jobrun', 'command', '', 'ru']],
    ['an argument', ['run', 'ech'], ['run', 'argument', '', 'ech']],
    ['an argument after an alias', ['ls', ''], ['list', 'argument', '', '']],
    ['a nested command', ['template', 'd'], ['template', 'command', '', 'd']],
    ['an argument of a nested command', ['template', 'describe', ''], ['describe', 'argument', '', '']],
    ['a flag', ['run', '--d'], ['run', 'flag', '', '--d']],
    ['a dash', ['run', '-'], ['run', 'flag', '', '-']],
    ['the value of a short flag', ['run', 'x', '-p', 'da'], ['run', 'value', '--param', '', 'da']],
    ['a value that begins with a dash', ['run', 'x', '-p', '-'], ['run', 'value', '--param', '', '-']],
    ['a value within the word of a short flag', ['run', '-pda'], ['run', 'value', '--param', '-p', 'da']],
    ['the value of a long flag', ['run', '--dry-run', ''], ['run', 'value', '--dry-run', '', '']],
    ['a value after =', ['run', '--dry-run=cl'], ['run', 'value', '--dry-run', '--dry-run=', 'cl']],
    ['a value with =', ['run', '--param=a=b'], ['run', 'value', '--param', '--param=', 'a=b']],
    ['the value of a flag of the program', ['run', '-n', ''], ['run', 'value', '--namespace', '', '']],
    ['an argument after a flag without a value', ['run', '-d', ''], ['run', 'argument', '', '']],
    ['an argument after a value', ['-n', 'run', 'run', ''], ['run', 'argument', '', '']],
    ['the value of an unknown flag', ['run', '--nothing=x'], ['run', 'flag', '', '--nothing=x']],
    ['what is passed on', ['run', 'x', '--', '-p', ''], ['run', 'passed-on', '', '']],
    ['no words at all', [], ['kubectl jobrun', 'command', '', '']],
  ])('%s', (_, words, expected) => {
    expect(targetOf(...words)).toEqual(expected);
  });

  it('collects the arguments and the values before it', () => {
    const { given, args } = positionOf(program, [
      'run',
      '-d',
      'x',
      '-pa=1',
      '--param',
      'b=2',
      '-n=y',
      '--namespace=z',
      '',
    ]);
    expect(args).toEqual(['x']);
    expect(Object.fromEntries(given)).toEqual({ detach: [], param: ['a=1', 'b=2'], namespace: ['=y', 'z'] });
  });
});
