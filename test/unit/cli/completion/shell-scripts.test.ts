import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installCompletion } from '../../../../cli/completion/install.ts';
import { shellScript } from '../../../../cli/completion/shell-scripts.ts';
import { execute } from '../../../e2e/execute.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'completion-'));
});
afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

/** A program on the PATH that prints its arguments into a file, and then `lines`. */
async function program(folder: string, lines: string[]): Promise<string> {
  await mkdir(join(scratch, folder), { recursive: true });
  const file = join(scratch, folder, 'kubectl-jobrun');
  const script = `#!/bin/sh\nprintf '%s\\n' "$@" > '${join(scratch, folder, 'args')}'\nprintf '%b\\n' ${lines.map((line) => `'${line}'`).join(' ')}\n`;
  await writeFile(file, script);
  await chmod(file, 0o755);
  return file;
}

describe('the script for bash', () => {
  /** Calls the function as bash does, with the words as bash splits them. */
  const completed = async (words: string[], lines: string[]) => {
    const file = await program('bash', lines);
    const list = [file, ...words].map((word) => `'${word}'`).join(' ');
    const script = `${shellScript('bash')}
compopt() { echo "option $2"; }
COMP_WORDS=(${list}); COMP_CWORD=${words.length}
_kubectl_jobrun
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { code, stdout, stderr } = await execute(['bash', '-euc', script]);
    expect(code, stderr).toBe(0);
    const args = (await readFile(join(scratch, 'bash', 'args'), 'utf8')).split('\n').slice(0, -1);
    return { args, shown: stdout.trimEnd().split('\n') };
  };

  it('asks the program for the words before the cursor', async () => {
    const { args, shown } = await completed(['run', ''], [String.raw`echo\tSays it`, 'other', ':4']);
    expect(args).toEqual(['__complete', 'run', '']);
    expect(shown).toEqual(['echo', 'other']);
  });

  it.each([
    [
      ['-p', 'level', '='],
      ['-p', 'level='],
    ],
    [
      ['-p', 'level', '=', 'in'],
      ['-p', 'level=in'],
    ],
    [
      ['-p', 'image', '=', 'a', ':', '1'],
      ['-p', 'image=a:1'],
    ],
  ])('joins the words %j, which it splits itself', async (words, expected) => {
    expect((await completed(['run', ...words], [':4'])).args).toEqual(['__complete', 'run', ...expected]);
  });

  it('offers only the part of a word that it replaces, and quotes it', async () => {
    const { shown } = await completed(['run', '-p', 'level', '=', ''], ['level=two words', 'level=$x', ':36']);
    expect(shown).toEqual(['option nosort', String.raw`two\ words`, String.raw`\$x`]);
  });

  it.each([
    ['2', ['option nospace', 'option default']],
    ['6', ['option nospace']],
    ['0', ['option default']],
  ])('obeys the directive %s', async (directive, expected) => {
    const { shown } = await completed(['run', ''], ['x', `:${directive}`]);
    expect(shown).toEqual([...expected, 'x']);
  });
});

describe('completion install', () => {
  it('writes the program that kubectl calls beside kubectl-jobrun, the first on the PATH', async () => {
    await program('first', [':4']);
    await program('second', [':4']);
    const path = [join(scratch, 'nowhere'), join(scratch, 'first'), join(scratch, 'second'), process.env.PATH].join(
      delimiter,
    );
    const file = await installCompletion({ path, platform: 'linux' });
    expect(file).toBe(join(scratch, 'first', 'kubectl_complete-jobrun'));
    const { stdout } = await execute([file, 'run', 'two words', ''], { env: { PATH: path } });
    expect(stdout).toBe(':4\n');
    expect(await readFile(join(scratch, 'first', 'args'), 'utf8')).toBe('__complete\nrun\ntwo words\n\n');
  });

  it('fails if kubectl-jobrun is not on the PATH', async () => {
    await expect(installCompletion({ path: join(scratch, 'nowhere'), platform: 'linux' })).rejects.toThrow(
      'not on the PATH',
    );
  });
});
