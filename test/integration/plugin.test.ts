import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import { ensureProgram } from '../../local-kubernetes/programs/programs.ts';
import { execute } from '../e2e/execute.ts';
import type { Executed } from '../e2e/execute.ts';

const source = join(repositoryDirectory, 'packages', 'kubectl-jobrun');

/** The package as npm installs it, and the real kubectl. */
describe('the package kubectl-jobrun', () => {
  let scratch: string;
  let bin: string;
  let kubectl: string;

  const run = async (...command: string[]): Promise<Executed> => {
    const PATH = [bin, dirname(process.execPath), process.env.PATH ?? ''].join(delimiter);
    return execute(command, { env: { ...process.env, PATH, KUBECONFIG: join(scratch, 'none') }, cwd: scratch });
  };
  const must = async (...command: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(...command);
    if (code !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
    return stdout;
  };

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'kubectl-jobrun-'));
    bin = join(scratch, 'prefix', 'bin');
    kubectl = await ensureProgram('kubectl');
    const folder = join(scratch, 'package');
    await mkdir(join(folder, 'dist'), { recursive: true });
    for (const name of ['package.json', 'README.md']) await cp(join(source, name), join(folder, name));
    await must(process.execPath, join(source, 'bundle.ts'), join(folder, 'dist', 'kubectl-jobrun.mjs'));
    const [archive = ''] = (await must('npm', 'pack', '--silent', folder)).trim().split('\n');
    await must('npm', 'install', '--global', '--offline', '--prefix', join(scratch, 'prefix'), join(scratch, archive));
  });
  afterAll(async () => {
    await rm(scratch, { recursive: true, force: true });
  });

  it.each(['jobrun', 'jr'])('is found by the real kubectl as %s', async (name) => {
    expect(await must(kubectl, name, 'version')).toBe(`kubectl-jobrun ${packageJson.version}\n`);
    expect(await must(kubectl, 'plugin', 'list')).toContain(join(bin, `kubectl-${name}`));
  });

  it.each(['jobrun', 'jr'])('lets the real kubectl complete %s', async (name) => {
    expect(await must(kubectl, '__complete', name, 'vers')).toBe('version\tprint the version of this program\n:4\n');
  });

  it('passes on the exit code, and writes errors to stderr', async () => {
    const { code, stdout, stderr } = await run(kubectl, 'jobrun', 'logs', 'x');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: .*kubeconfig/);
  });

  it('needs no other package, and has the version of the product', async () => {
    expect(existsSync(join(scratch, 'prefix', 'lib', 'node_modules', 'kubectl-jobrun', 'node_modules'))).toBe(false);
    const { version } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as { version: string };
    expect(version).toBe(packageJson.version);
  });
});
