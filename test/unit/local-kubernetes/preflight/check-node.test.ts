import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repositoryDirectory } from '../../../../local-kubernetes/paths.ts';

const SCRIPT = 'local-kubernetes/preflight/check-node.cjs';

describe('what npm scripts preload', () => {
  let checkout: string;

  beforeEach(async () => {
    checkout = await mkdtemp(join(tmpdir(), 'check-node-'));
    await mkdir(join(checkout, dirname(SCRIPT)), { recursive: true });
    await cp(join(repositoryDirectory, SCRIPT), join(checkout, SCRIPT));
    await cp(join(repositoryDirectory, 'package.json'), join(checkout, 'package.json'));
    await writeFile(join(checkout, 'main.mjs'), 'console.log("started")');
    await writeFile(
      join(checkout, 'older.cjs'),
      'Object.defineProperty(process.versions, "node", { value: "20.9.0" })',
    );
  });
  afterEach(() => rm(checkout, { recursive: true }));

  const installDependencies = async () => {
    await mkdir(join(checkout, 'node_modules', '.bin'), { recursive: true });
    await writeFile(join(checkout, 'node_modules', '.bin', 'node'), '');
  };

  const start = (...first: string[]) =>
    new Promise<string>((resolve) => {
      const preloads = [...first, `./${SCRIPT}`].flatMap((file) => ['-r', file]);
      execFile(process.execPath, [...preloads, 'main.mjs'], { cwd: checkout }, (error, stdout, stderr) => {
        resolve(`${error?.code ?? 0}: ${stdout}${stderr}`);
      });
    });

  it('accepts the right Node', async () => {
    await installDependencies();
    expect(await start()).toBe('0: started\n');
  });

  it('rejects an older Node before it reads the program', async () => {
    await installDependencies();
    expect(await start('./older.cjs')).toMatch(
      /^1: Node 24 or later is needed, and this is Node 20\.9\.0\.\n.*npm ci\n$/,
    );
  });

  it('rejects a checkout without dependencies', async () => {
    expect(await start()).toMatch(/^1: The dependencies, .* are not installed\.\n.*npm ci\n$/);
  });
});
